//! Guest memory: what the records of a `ram` section say, and how they are written.
//!
//! ```text
//! START   be64 total | MEM_SIZE, the block list, EOS
//! PART    page records, EOS
//! END     page records, EOS
//!
//! record  be64 offset-in-block | flags, [str8 block unless CONTINUE], payload
//! ```
//!
//! The flags are the bits below the target's page size, so nothing can be read without knowing it.

mod block_list;
mod load;
mod mapped;
#[cfg(test)]
mod tests;
mod walk;
pub mod xbzrle;

use std::fmt;

pub use block_list::{RamBlock, RamBlockEntry};
pub use load::{RamDestination, RamLoader};
pub use mapped::MappedRam;
pub(super) use walk::{Facts, RamWalk};

use super::name::{BlockIndex, Name};
use crate::error::Result;
use crate::wire::Writer;

/// The bits of a record's first word.
pub mod flag {
    /// `RAM_SAVE_FLAG_ZERO`
    pub const ZERO: u64 = 0x02;
    /// `RAM_SAVE_FLAG_MEM_SIZE`
    pub const MEM_SIZE: u64 = 0x04;
    /// `RAM_SAVE_FLAG_PAGE`
    pub const PAGE: u64 = 0x08;
    /// `RAM_SAVE_FLAG_EOS`
    pub const EOS: u64 = 0x10;
    /// `RAM_SAVE_FLAG_CONTINUE`
    pub const CONTINUE: u64 = 0x20;
    /// `RAM_SAVE_FLAG_XBZRLE`
    pub const XBZRLE: u64 = 0x40;
    /// `RAM_SAVE_FLAG_HOOK`
    pub const HOOK: u64 = 0x80;
    /// `RAM_SAVE_FLAG_COMPRESS_PAGE` (QEMU 9.0 and older)
    pub const COMPRESS_PAGE: u64 = 0x100;
    /// `RAM_SAVE_FLAG_MULTIFD_FLUSH`
    pub const MULTIFD_FLUSH: u64 = 0x200;
}

/// How the parser knows the target's page size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageSizeSource {
    /// Nobody said: x86's. A caller that learns better later must compare.
    Assumed,
    /// The caller said.
    Caller,
    /// The configuration section says.
    Configuration,
    /// The command POSTCOPY_ADVISE says.
    Advise,
}

/// The target's page size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageSize {
    /// In bytes, a power of two.
    pub bytes: u64,
    /// Who says so.
    pub source: PageSizeSource,
}

impl fmt::Display for PageSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.source {
            PageSizeSource::Assumed => write!(
                f,
                "{}, which is assumed: the stream does not say it",
                self.bytes
            ),
            _ => write!(f, "{}", self.bytes),
        }
    }
}

/// One record of a RAM section.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ram<'a> {
    /// The block list begins.
    MemSize {
        /// Where the record stands.
        at: u64,
        /// Its first word.
        word: u64,
        /// Bytes of all blocks together.
        total: u64,
        /// The page size that the records are read with.
        page_size: PageSize,
    },
    /// One entry of the block list. It is boxed for the sake of the pages, of which there are so many more.
    Block(Box<RamBlockEntry<'a>>),
    /// The bitmap of a mapped block: bit k stands for page k, lowest first in 64-bit words of the *source host's*
    /// byte order.
    MappedBitmap {
        /// Where it stands.
        at: u64,
        /// Of which block.
        block: BlockIndex,
        /// The words.
        bytes: &'a [u8],
    },
    /// Bytes between the header, the bitmap and the pages of a mapped block, in pieces of at most 1 MiB.
    MappedGap {
        /// Where they stand.
        at: u64,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Pages of a mapped block, in pieces of at most 1 MiB. What the bitmap does not set is stale.
    MappedPages {
        /// Where they stand.
        at: u64,
        /// Of which block.
        block: BlockIndex,
        /// Offset in the block.
        offset: u64,
        /// The pages.
        bytes: &'a [u8],
    },
    /// One page.
    Page(RamPage<'a>),
    /// RDMA's hook; what it announces is not on the stream.
    Hook {
        /// Where the record stands.
        at: u64,
        /// Its first word.
        word: u64,
    },
    /// A point at which the extra channels are synchronised.
    MultifdFlush {
        /// Where the record stands.
        at: u64,
        /// Its first word.
        word: u64,
    },
    /// The section's payload ends.
    Eos {
        /// Where the record stands.
        at: u64,
        /// Its first word.
        word: u64,
    },
}

/// One page of guest memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RamPage<'a> {
    /// Where the record stands.
    pub at: u64,
    /// Its first word.
    pub word: u64,
    /// The block it is of.
    pub block: BlockIndex,
    /// The block's name, where the record spells it. Otherwise it is that of the last record that did.
    pub name: Option<Name<'a>>,
    /// Offset in the block.
    pub offset: u64,
    /// In which form it is sent.
    pub kind: PageKind,
    /// What is sent of it; empty for a zero page.
    pub data: &'a [u8],
}

/// The form in which a page is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PageKind {
    /// All zero.
    Zero,
    /// As it is.
    Normal,
    /// Compressed by zlib (QEMU 9.0 and older).
    Compressed,
    /// New bytes over the page's previous contents.
    Xbzrle,
}

impl RamPage<'_> {
    /// Where [`Self::data`] stands.
    #[must_use]
    pub fn data_at(&self) -> u64 {
        let name = self.name.map_or(0, |name| 1 + name.as_bytes().len() as u64);
        let prefix = match self.kind {
            PageKind::Zero => 1,
            PageKind::Normal => 0,
            PageKind::Compressed => 4,
            PageKind::Xbzrle => 3,
        };
        self.at + 8 + name + prefix
    }
}

impl Ram<'_> {
    /// Where the record stands.
    #[must_use]
    pub fn at(&self) -> u64 {
        match self {
            Self::Block(entry) => entry.at,
            Self::Page(page) => page.at,
            Self::MemSize { at, .. }
            | Self::MappedBitmap { at, .. }
            | Self::MappedGap { at, .. }
            | Self::MappedPages { at, .. }
            | Self::Hook { at, .. }
            | Self::MultifdFlush { at, .. }
            | Self::Eos { at, .. } => *at,
        }
    }

    /// Appends the record.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Limit`] for a name or length that the format cannot carry.
    pub fn write(&self, out: &mut Writer) -> Result<()> {
        match self {
            Self::MemSize { word, .. }
            | Self::Hook { word, .. }
            | Self::MultifdFlush { word, .. }
            | Self::Eos { word, .. } => out.u64(*word),
            Self::Block(entry) => entry.write(out)?,
            Self::MappedBitmap { bytes, .. }
            | Self::MappedGap { bytes, .. }
            | Self::MappedPages { bytes, .. } => {
                out.bytes(bytes);
            }
            Self::Page(page) => page.write(out)?,
        }
        Ok(())
    }
}

impl RamPage<'_> {
    fn write(&self, out: &mut Writer) -> Result<()> {
        let too_long = || {
            crate::Error::new(
                crate::ErrorKind::Limit,
                format!("{} bytes do not fit one page record", self.data.len()),
            )
        };
        out.u64(self.word);
        if let Some(name) = self.name {
            out.counted_bytes(name.as_bytes())?;
        }
        match self.kind {
            PageKind::Zero => out.u8(0),
            PageKind::Normal => {}
            PageKind::Compressed => {
                out.u32(u32::try_from(self.data.len()).map_err(|_| too_long())?)
            }
            PageKind::Xbzrle => {
                out.u8(walk::ENCODING_XBZRLE);
                out.u16(u16::try_from(self.data.len()).map_err(|_| too_long())?);
            }
        }
        out.bytes(self.data);
        Ok(())
    }
}
