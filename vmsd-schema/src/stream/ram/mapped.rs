//! The header of a block in a mapped-ram file: where its bitmap and its pages stand
//! (`parse_ramblock_mapped_ram`). The offsets count from the start of the *file*, not of the stream.

use crate::error::ErrorKind;
use crate::stream::input::{fail_at, Input, Step};
use crate::stream::name::Name;
use crate::wire::Writer;

/// `MAPPED_RAM_HDR_VERSION`
const VERSION: u32 = 1;

/// Where a mapped block lies in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappedRam {
    /// The version of this header: 1, or 0, which QEMU accepts too.
    pub version: u32,
    /// Bytes for which one bit of the bitmap stands.
    pub page_size: u64,
    /// Where the bitmap stands in the file.
    pub bitmap_offset: u64,
    /// Where the pages stand in the file.
    pub pages_offset: u64,
}

impl MappedRam {
    /// Bytes of the bitmap of a block of `used_length` bytes.
    #[must_use]
    pub fn bitmap_len(&self, used_length: u64) -> u64 {
        used_length
            .checked_div(self.page_size)
            .unwrap_or(0)
            .div_ceil(64)
            * 8
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.u32(self.version);
        out.u64(self.page_size);
        out.u64(self.bitmap_offset);
        out.u64(self.pages_offset);
    }

    /// Reads the header of block `name` of `used_length` bytes and checks that bitmap and pages lie behind it.
    pub(super) fn read(
        input: &mut Input<'_>,
        name: Name<'_>,
        target_page_size: u64,
        used_length: u64,
    ) -> Step<Self> {
        let at = input.offset();
        let header = Self {
            version: input.u32()?,
            page_size: input.u64()?,
            bitmap_offset: input.u64()?,
            pages_offset: input.u64()?,
        };
        let end = input.offset();
        match header.problem(name, target_page_size, used_length, end) {
            Some((field, message)) => Err(fail_at(ErrorKind::Ram, at + field, message).cite("2.5")),
            None => Ok(header),
        }
    }

    fn problem(
        &self,
        name: Name<'_>,
        target_page_size: u64,
        used_length: u64,
        end: u64,
    ) -> Option<(u64, String)> {
        let Self {
            version,
            page_size,
            bitmap_offset,
            pages_offset,
        } = *self;
        if version > VERSION {
            let message = format!(
                "Migration mapped-ram capability version not supported (expected <= {VERSION}, got {version})"
            );
            return Some((0, message));
        }
        // QEMU 10.0 divides by it unseen, 11.1 wants the target's own.
        if page_size == 0 || !page_size.is_power_of_two() {
            let message = format!(
                "mapped-ram header has invalid page_size {page_size} (expected {target_page_size})"
            );
            return Some((4, message));
        }
        if pages_offset % target_page_size != 0 {
            let message = format!(
                "Error reading ramblock {name} pages, region has bad alignment: mapped-ram header: pages_offset \
                 {pages_offset:#x} is not that of a page"
            );
            return Some((20, message));
        }
        let bitmap_end = bitmap_offset.checked_add(self.bitmap_len(used_length));
        if bitmap_offset < end {
            let message = format!(
                "mapped-ram header: bitmap_offset {bitmap_offset:#x} lies before the header's end at {end:#x}"
            );
            return Some((12, message));
        }
        if bitmap_end.is_none_or(|bitmap_end| pages_offset < bitmap_end) {
            let message = format!(
                "mapped-ram header: pages_offset {pages_offset:#x} lies before the end of the bitmap at bitmap_offset \
                 {bitmap_offset:#x}"
            );
            return Some((20, message));
        }
        if pages_offset.checked_add(used_length).is_none() {
            return Some((
                20,
                format!(
                    "mapped-ram header: pages_offset {pages_offset:#x} leaves no room for {used_length} bytes of pages"
                ),
            ));
        }
        None
    }
}
