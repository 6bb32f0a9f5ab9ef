//! Puts the records of RAM sections into effect, as a destination does (`ram_load`): the last write of a page wins.
//!
//! In go records in their order, out come writes to a [`RamDestination`]. Where memory is kept is left to it, and so is
//! inflating, for which there is no library here.

use super::{xbzrle, BlockIndex, MappedRam, PageKind, Ram, RamBlockEntry, RamPage};
use crate::error::{Error, ErrorKind};
use crate::limits::PAGE_BITS;

/// The largest page of any target: no more is ever put together.
const LARGEST_PAGE: u64 = 1 << *PAGE_BITS.end();

/// Where guest memory goes. At first all of it is zero.
pub trait RamDestination {
    /// What can go wrong with it.
    type Error: From<Error>;

    /// A block is listed. One that is listed again keeps its index.
    ///
    /// # Errors
    /// The destination's own.
    fn block(&mut self, entry: &RamBlockEntry<'_>) -> Result<(), Self::Error>;

    /// Whether anything of a block is wanted. Pages of others are passed over unread.
    fn wants(&self, block: BlockIndex) -> bool;

    /// Bytes of a block; they lie within it.
    ///
    /// # Errors
    /// The destination's own.
    fn write(&mut self, block: BlockIndex, offset: u64, bytes: &[u8]) -> Result<(), Self::Error>;

    /// So many bytes of a block are zero; they lie within it.
    ///
    /// # Errors
    /// The destination's own.
    fn zero(&mut self, block: BlockIndex, offset: u64, len: u64) -> Result<(), Self::Error>;

    /// What was written last.
    ///
    /// # Errors
    /// The destination's own.
    fn read(&mut self, block: BlockIndex, offset: u64, bytes: &mut [u8])
        -> Result<(), Self::Error>;

    /// Fills `page` with what zlib made `packed` of (`qemu_uncompress_data`).
    ///
    /// # Errors
    /// The destination's own: `packed` is damaged, or does not make a page.
    fn inflate(&mut self, packed: &[u8], page: &mut [u8]) -> Result<(), Self::Error>;
}

/// Applies the records of one stream.
#[derive(Clone, Debug, Default)]
pub struct RamLoader {
    /// Bytes in use, by block.
    lengths: Vec<u64>,
    /// The page that is put together.
    page: Vec<u8>,
    mapped: Option<MappedBlock>,
}

/// The mapped block whose pages come next.
#[derive(Clone, Debug)]
struct MappedBlock {
    index: BlockIndex,
    header: MappedRam,
    bitmap: Vec<u8>,
}

impl RamLoader {
    /// A loader at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies one record of a stream whose pages have `page_size` bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Ram`] for a page that cannot be put together, and what the destination says.
    pub fn apply<D: RamDestination>(
        &mut self,
        record: &Ram<'_>,
        page_size: u64,
        to: &mut D,
    ) -> Result<(), D::Error> {
        match record {
            Ram::Page(page) => self.page(page, page_size, to),
            Ram::Block(entry) => {
                self.list(entry);
                to.block(entry)
            }
            Ram::MappedBitmap { block, bytes, .. } => {
                if let Some(mapped) = self.mapped.as_mut().filter(|one| one.index == *block) {
                    mapped.bitmap = bytes.to_vec();
                }
                Ok(())
            }
            Ram::MappedPages {
                block,
                offset,
                bytes,
                ..
            } if to.wants(*block) => self.mapped_pages(*block, *offset, bytes, to),
            _ => Ok(()),
        }
    }

    /// So many bytes of a block are not those of the source any more (`ram_discard_range`). They read as zero until
    /// they are sent again.
    ///
    /// # Errors
    /// [`ErrorKind::Ram`] if they leave the block, and what the destination says.
    pub fn discard<D: RamDestination>(
        &mut self,
        block: BlockIndex,
        start: u64,
        len: u64,
        to: &mut D,
    ) -> Result<(), D::Error> {
        let used = self.used_length(block);
        if start.checked_add(len).is_none_or(|end| end > used) {
            let message =
                format!("{len:#x} bytes at {start:#x} are to be discarded of a block of {used:#x}");
            return Err(Error::new(ErrorKind::Ram, message).into());
        }
        if to.wants(block) {
            to.zero(block, start, len)?;
        }
        Ok(())
    }

    /// Applies pages that came outside the sections: as they are where `data` has them, else zero.
    ///
    /// # Errors
    /// [`ErrorKind::Ram`] for a place outside the block, and what the destination says.
    pub fn whole_page<D: RamDestination>(
        &mut self,
        block: BlockIndex,
        offset: u64,
        data: Option<&[u8]>,
        page_size: u64,
        to: &mut D,
    ) -> Result<(), D::Error> {
        let left = self.used_length(block).saturating_sub(offset);
        if left == 0 {
            let used = self.used_length(block);
            let message = format!("Illegal RAM offset {offset:x}: the block has {used:#x} bytes");
            return Err(Error::new(ErrorKind::Ram, message).into());
        }
        if !to.wants(block) {
            return Ok(());
        }
        match data {
            Some(data) => to.write(block, offset, within(data, left)),
            None => to.zero(block, offset, page_size.min(left)),
        }
    }

    fn list(&mut self, entry: &RamBlockEntry<'_>) {
        let index = entry.index.0 as usize;
        // The parser bounds the number of blocks, and hands them out in order.
        if index >= self.lengths.len() {
            self.lengths.resize(index + 1, 0);
        }
        if let Some(length) = self.lengths.get_mut(index) {
            *length = entry.used_length;
        }
        self.mapped = entry.mapped.map(|header| MappedBlock {
            index: entry.index,
            header,
            bitmap: Vec::new(),
        });
    }

    fn used_length(&self, block: BlockIndex) -> u64 {
        let index = block.0 as usize;
        self.lengths.get(index).copied().unwrap_or_default()
    }

    fn page<D: RamDestination>(
        &mut self,
        page: &RamPage<'_>,
        page_size: u64,
        to: &mut D,
    ) -> Result<(), D::Error> {
        if !to.wants(page.block) {
            return Ok(());
        }
        // A block that does not end with a page: what is sent beyond its end is nobody's.
        let left = self.used_length(page.block).saturating_sub(page.offset);
        let len = usize::try_from(page_size.min(left).min(LARGEST_PAGE)).unwrap_or_default();
        match page.kind {
            PageKind::Zero => to.zero(page.block, page.offset, len as u64),
            PageKind::Normal => to.write(page.block, page.offset, within(page.data, left)),
            PageKind::Compressed => {
                self.page.clear();
                self.page.resize(
                    usize::try_from(page_size.min(LARGEST_PAGE)).unwrap_or_default(),
                    0,
                );
                to.inflate(page.data, &mut self.page)?;
                to.write(page.block, page.offset, within(&self.page, left))
            }
            PageKind::Xbzrle => {
                self.page.clear();
                self.page.resize(len, 0);
                to.read(page.block, page.offset, &mut self.page)?;
                xbzrle::decode(page.data, &mut self.page).map_err(|error| {
                    let at = page.data_at() + error.offset().unwrap_or_default();
                    let message = format!(
                        "Failed to decompress XBZRLE page at {:x} - {}",
                        page.offset,
                        error.message()
                    );
                    Error::at(ErrorKind::Ram, at, message)
                })?;
                to.write(page.block, page.offset, &self.page)
            }
        }
    }

    /// Pages whose bit is set are there; the others are zero, whatever stands in the file.
    fn mapped_pages<D: RamDestination>(
        &mut self,
        block: BlockIndex,
        offset: u64,
        bytes: &[u8],
        to: &mut D,
    ) -> Result<(), D::Error> {
        let Some(mapped) = self.mapped.as_ref().filter(|one| one.index == block) else {
            return Ok(());
        };
        let end = offset + bytes.len() as u64;
        let mut from = offset;
        while from < end {
            let set = mapped.is_set(from);
            let mut until = mapped.next_page(from).min(end);
            while until < end && mapped.is_set(until) == set {
                until = mapped.next_page(until).min(end);
            }
            if set {
                let place = |at: u64| usize::try_from(at - offset).unwrap_or(usize::MAX);
                let run = bytes.get(place(from)..place(until)).unwrap_or_default();
                to.write(block, from, run)?;
            } else {
                to.zero(block, from, until - from)?;
            }
            from = until;
        }
        Ok(())
    }
}

impl MappedBlock {
    /// Whether the page around `offset` is in the file. The words of the bitmap are little-endian, as on nearly all hosts.
    fn is_set(&self, offset: u64) -> bool {
        let page = offset
            .checked_div(self.header.page_size)
            .unwrap_or_default();
        let byte = usize::try_from(page / 8).ok();
        let byte = byte.and_then(|byte| self.bitmap.get(byte));
        byte.is_some_and(|byte| byte >> (page % 8) & 1 != 0)
    }

    fn next_page(&self, offset: u64) -> u64 {
        let size = self.header.page_size.max(1);
        (offset / size).saturating_add(1).saturating_mul(size)
    }
}

/// The front of `bytes`, as far as the block goes.
fn within(bytes: &[u8], left: u64) -> &[u8] {
    let len = usize::try_from(left).unwrap_or(usize::MAX);
    bytes.get(..len).unwrap_or(bytes)
}
