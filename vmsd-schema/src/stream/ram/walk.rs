//! Walks the records of RAM sections without touching the pages (`ram_load_precopy`).
//!
//! The state is a few words and the block list. It outlives the sections: a CONTINUE record at the start of one is
//! of the block that the last record of the one before named.

use std::collections::BTreeMap;

use super::block_list::{RamBlock, RamBlockEntry, Terms};
use super::mapped::MappedRam;
use super::{flag, PageKind, PageSize, PageSizeSource, Ram, RamPage};
use crate::error::ErrorKind;
use crate::limits::MAX_RAM_BLOCKS;
use crate::stream::command::PostcopyAdvise;
use crate::stream::input::{fail_at, Fail, Input, Step};
use crate::stream::name::{BlockIndex, Name};

/// `ENCODING_FLAG_XBZRLE`
pub(super) const ENCODING_XBZRLE: u8 = 1;

const PAGE_CONTINUED: u64 = flag::PAGE | flag::CONTINUE;
const ZERO_CONTINUED: u64 = flag::ZERO | flag::CONTINUE;

/// Pages and gaps of a mapped block are lent in pieces of this size, so that a pipe need not hold a block.
const PIECE: u64 = 1 << 20;

/// What is known from outside the section.
#[derive(Clone, Debug)]
pub(in crate::stream) struct Facts {
    pub(in crate::stream) page_size: PageSize,
    pub(in crate::stream) ignore_shared: bool,
    pub(in crate::stream) mapped: bool,
    pub(in crate::stream) advise: Option<PostcopyAdvise>,
}

impl Default for Facts {
    fn default() -> Self {
        let page_size = PageSize {
            bytes: 4096,
            source: PageSizeSource::Assumed,
        };
        Self {
            page_size,
            ignore_shared: false,
            mapped: false,
            advise: None,
        }
    }
}

/// Where in the RAM sections the parser is.
#[derive(Clone, Debug, Default)]
pub(in crate::stream) struct RamWalk {
    blocks: Vec<RamBlock>,
    by_name: BTreeMap<Box<[u8]>, BlockIndex>,
    /// The block of the last record that named one.
    current: Option<BlockIndex>,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, Default)]
enum Phase {
    #[default]
    Records,
    /// In the block list, so many bytes before its end.
    Blocks { left: u64 },
    /// In the file region of a mapped block.
    Mapped {
        left: u64,
        block: BlockIndex,
        header: MappedRam,
        used_length: u64,
    },
}

impl RamWalk {
    pub(in crate::stream) fn blocks(&self) -> &[RamBlock] {
        &self.blocks
    }

    /// Reads one record.
    #[inline]
    pub(in crate::stream) fn next<'a>(
        &mut self,
        input: &mut Input<'a>,
        facts: &Facts,
    ) -> Step<Ram<'a>> {
        match self.phase {
            Phase::Records | Phase::Blocks { left: 0 } => self.record(input, facts),
            Phase::Blocks { left } => self.block(input, facts, left),
            Phase::Mapped {
                left,
                block,
                header,
                used_length,
            } => {
                let (record, done) = mapped_region(input, block, &header, used_length)?;
                if done {
                    self.phase = Phase::Blocks { left };
                }
                Ok(record)
            }
        }
    }

    /// Takes plain and zero pages of the current block for as long as they follow each other, in a loop so short that
    /// the processor can fetch several records at once. It stops before anything else, right or wrong.
    #[inline]
    pub(in crate::stream) fn run<'a>(
        &self,
        data: &'a [u8],
        start: u64,
        facts: &Facts,
        each: &mut impl FnMut(RamPage<'a>),
    ) -> usize {
        let block = match (self.phase, self.current) {
            (Phase::Records | Phase::Blocks { left: 0 }, Some(block)) if !facts.mapped => block,
            _ => return 0,
        };
        let used_length = self
            .blocks
            .get(block.0 as usize)
            .map_or(0, |block| block.used_length);
        let mask = facts.page_size.bytes - 1;
        let page_len = usize::try_from(facts.page_size.bytes).unwrap_or(usize::MAX);
        let mut rest = data;
        let mut at = start;
        while let Some((word, tail)) = rest.split_first_chunk::<8>() {
            let word = u64::from_be_bytes(*word);
            let offset = word & !mask;
            if offset >= used_length {
                break;
            }
            let (kind, data, behind) = match word & mask {
                PAGE_CONTINUED => match tail.split_at_checked(page_len) {
                    Some((data, behind)) => (PageKind::Normal, data, behind),
                    None => break,
                },
                ZERO_CONTINUED => match tail.split_first() {
                    Some((0, behind)) => (PageKind::Zero, [].as_slice(), behind),
                    _ => break,
                },
                _ => break,
            };
            each(RamPage {
                at,
                word,
                block,
                name: None,
                offset,
                kind,
                data,
            });
            at += (rest.len() - behind.len()) as u64;
            rest = behind;
        }
        data.len() - rest.len()
    }

    #[inline]
    fn record<'a>(&mut self, input: &mut Input<'a>, facts: &Facts) -> Step<Ram<'a>> {
        let at = input.offset();
        let word = input.u64()?;
        let mask = facts.page_size.bytes - 1;
        let (flags, offset) = (word & mask, word & !mask);
        let refused = flag::HOOK | flag::MULTIFD_FLUSH | flag::PAGE | flag::XBZRLE | flag::ZERO;
        if facts.mapped && flags & refused != 0 {
            let message = format!("Unexpected RAM flags: {}", flags & refused);
            return Err(fail_at(ErrorKind::Ram, at, message));
        }
        let kind = match flags & !flag::CONTINUE {
            flag::PAGE => PageKind::Normal,
            flag::ZERO => PageKind::Zero,
            flag::XBZRLE => PageKind::Xbzrle,
            flag::COMPRESS_PAGE => PageKind::Compressed,
            flag::EOS => return Ok(Ram::Eos { at, word }),
            flag::HOOK => return Ok(Ram::Hook { at, word }),
            flag::MULTIFD_FLUSH => return Ok(Ram::MultifdFlush { at, word }),
            flag::MEM_SIZE => {
                self.phase = Phase::Blocks { left: offset };
                return Ok(Ram::MemSize {
                    at,
                    word,
                    total: offset,
                    page_size: facts.page_size,
                });
            }
            _ => return Err(unknown_flags(at, flags, facts.page_size)),
        };
        let (block, name) = self.block_of(input, at, word)?;
        if self
            .blocks
            .get(block.0 as usize)
            .is_none_or(|block| offset >= block.used_length)
        {
            return Err(self.illegal_offset(at, offset, block, facts.page_size));
        }
        let data = payload(input, kind, offset, facts.page_size)?;
        self.current = Some(block);
        Ok(Ram::Page(RamPage {
            at,
            word,
            block,
            name,
            offset,
            kind,
            data,
        }))
    }

    /// The block of a page record (`ram_block_from_stream`).
    #[inline]
    fn block_of<'a>(
        &self,
        input: &mut Input<'a>,
        at: u64,
        word: u64,
    ) -> Step<(BlockIndex, Option<Name<'a>>)> {
        if word & flag::CONTINUE != 0 {
            return match self.current {
                Some(block) => Ok((block, None)),
                None => Err(fail_at(
                    ErrorKind::Ram,
                    at,
                    "Ack, bad migration stream! The first page continues a block that none named",
                )),
            };
        }
        let name = input.counted()?;
        match self.by_name.get(name.as_bytes()) {
            Some(block) => Ok((*block, Some(name))),
            None => Err(fail_at(
                ErrorKind::Ram,
                at + 8,
                format!("Can't find block {name}"),
            )),
        }
    }

    #[inline(never)]
    fn block<'a>(&mut self, input: &mut Input<'a>, facts: &Facts, left: u64) -> Step<Ram<'a>> {
        let terms = Terms {
            ignore_shared: facts.ignore_shared,
            mapped: facts.mapped,
            advise: facts.advise,
            page_size: facts.page_size.bytes,
        };
        let entry = terms.read(input, left);
        let mut entry = entry.map_err(|fail| fail.cite("2.2"))?;
        entry.index = self.list(&entry)?;
        let left = left.saturating_sub(entry.used_length);
        self.phase = match entry.mapped {
            Some(header) if header.pages_offset + entry.used_length > input.offset() => {
                Phase::Mapped {
                    left,
                    block: entry.index,
                    header,
                    used_length: entry.used_length,
                }
            }
            _ => Phase::Blocks { left },
        };
        Ok(Ram::Block(Box::new(entry)))
    }

    fn list(&mut self, entry: &RamBlockEntry<'_>) -> Step<BlockIndex> {
        let name = entry.name.as_bytes();
        if let Some(&index) = self.by_name.get(name) {
            if let Some(block) = self.blocks.get_mut(index.0 as usize) {
                block.used_length = entry.used_length;
            }
            return Ok(index);
        }
        let index = u32::try_from(self.blocks.len()).unwrap_or(u32::MAX);
        if self.blocks.len() >= MAX_RAM_BLOCKS {
            let message = format!("more than {MAX_RAM_BLOCKS} RAM blocks");
            return Err(fail_at(ErrorKind::Limit, entry.at, message));
        }
        self.by_name.insert(name.into(), BlockIndex(index));
        self.blocks.push(RamBlock {
            name: name.into(),
            used_length: entry.used_length,
        });
        Ok(BlockIndex(index))
    }

    #[cold]
    fn illegal_offset(&self, at: u64, offset: u64, block: BlockIndex, page: PageSize) -> Fail {
        let (name, len) = match self.blocks.get(block.0 as usize) {
            Some(block) => (block.name().to_string(), block.used_length),
            None => (String::new(), 0),
        };
        let message = format!(
            "Illegal RAM offset {offset:x}: block {name} has {len:#x} bytes (the page size is {page})"
        );
        fail_at(ErrorKind::Ram, at, message)
    }
}

#[inline]
fn payload<'a>(
    input: &mut Input<'a>,
    kind: PageKind,
    offset: u64,
    page: PageSize,
) -> Step<&'a [u8]> {
    match kind {
        PageKind::Normal => input.window(page.bytes),
        PageKind::Zero => {
            let at = input.offset();
            match input.u8()? {
                0 => Ok(&[]),
                fill => Err(fail_at(
                    ErrorKind::Ram,
                    at,
                    format!("Found a zero page with value {fill}"),
                )),
            }
        }
        PageKind::Xbzrle => xbzrle(input, offset, page).map_err(|fail| fail.cite("2.4")),
        PageKind::Compressed => {
            let at = input.offset();
            let len = u64::from(input.u32()?);
            // zlib's `compressBound`: what a page can grow to.
            if len > page.bytes + (page.bytes >> 12) + (page.bytes >> 14) + 13 {
                return Err(fail_at(
                    ErrorKind::Ram,
                    at,
                    format!("Invalid compressed data length: {len}"),
                ));
            }
            input.window(len)
        }
    }
}

/// The header of a delta (`load_xbzrle`).
fn xbzrle<'a>(input: &mut Input<'a>, offset: u64, page: PageSize) -> Step<&'a [u8]> {
    let at = input.offset();
    let encoding = input.u8()?;
    if encoding != ENCODING_XBZRLE {
        let message = format!(
            "Failed to decompress XBZRLE page at {offset:x} - wrong compression {encoding:#x}!"
        );
        return Err(fail_at(ErrorKind::Ram, at, message));
    }
    let len = u64::from(input.u16()?);
    if len > page.bytes {
        let message =
            format!("Failed to decompress XBZRLE page at {offset:x} - len overflow ({len})!");
        return Err(fail_at(ErrorKind::Ram, at + 1, message));
    }
    input.window(len)
}

#[cold]
fn unknown_flags(at: u64, flags: u64, page: PageSize) -> Fail {
    let mut message = format!("Unknown combination of migration flags: {flags:#x}");
    if page.source == PageSizeSource::Assumed {
        message += &format!(" (the page size is {page})");
    }
    fail_at(ErrorKind::Ram, at, message)
}

/// One piece of the file region of a mapped block, and whether it is the last.
#[inline(never)]
fn mapped_region<'a>(
    input: &mut Input<'a>,
    block: BlockIndex,
    header: &MappedRam,
    used_length: u64,
) -> Step<(Ram<'a>, bool)> {
    let at = input.offset();
    let bitmap_end = header.bitmap_offset + header.bitmap_len(used_length);
    let end = header.pages_offset + used_length;
    if at == header.bitmap_offset && at < bitmap_end {
        let bytes = input.window(bitmap_end - at)?;
        return Ok((Ram::MappedBitmap { at, block, bytes }, bitmap_end == end));
    }
    if at >= header.pages_offset {
        let bytes = input.window((end - at).min(PIECE))?;
        let offset = at - header.pages_offset;
        return Ok((
            Ram::MappedPages {
                at,
                block,
                offset,
                bytes,
            },
            input.offset() == end,
        ));
    }
    let gap_end = if at < header.bitmap_offset {
        header.bitmap_offset
    } else {
        header.pages_offset
    };
    let bytes = input.window((gap_end - at).min(PIECE))?;
    Ok((Ram::MappedGap { at, bytes }, input.offset() == end))
}
