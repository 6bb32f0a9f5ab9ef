//! Guest memory: as numbers, here, and as what it holds, in the folder.
//!
//! | file | what |
//! |---|---|
//! | `chunks`, `pages`, `passes` | which pages were sent, and which again |
//! | `address` | where blocks lie in guest-physical memory |
//! | `layout` | where memory lies in a file: raw, an ELF core, LiME |
//! | `image` | memory in a sparse file, as the destination of a migration |
//! | `channels` | pages that came through multifd channels |
//! | `open`, `load` | a stream and its channels, and what they hold into an image |
//! | `resent` | which record of a page is the last: the others need not be written |
//! | `extract`, `compare` | an image as a file, two images side by side |

pub mod address;
mod channels;
mod chunks;
pub mod compare;
pub mod extract;
mod image;
mod layout;
mod load;
pub mod open;
mod pages;
mod passes;
mod resent;

pub use layout::Form;
pub use passes::{Pass, Passes};

use vmsd_schema::stream::{MappedRam, Ram, RamBlockEntry, RamPage};

/// What a stream has of guest memory.
#[derive(Clone, Debug, Default)]
pub struct RamTally {
    /// Bytes of all blocks together, as the stream says.
    pub total: Option<u64>,
    /// The blocks.
    pub blocks: Vec<BlockTally>,
    /// Points at which the extra channels are synchronised.
    pub flushes: u64,
    /// Hooks of RDMA.
    pub hooks: u64,
    /// The passes that the source made.
    pub passes: Passes,
    /// Bytes of a page.
    page_size: u64,
}

/// What a stream has of one block.
#[derive(Clone, Debug, Default)]
pub struct BlockTally {
    /// Where its entry stands.
    pub at: u64,
    /// Its name.
    pub name: String,
    /// Bytes in use.
    pub used_length: u64,
    /// The page size of what backs it, where postcopy wants it.
    pub page_size: Option<u64>,
    /// Its guest-physical address, where memory stays outside the stream.
    pub guest_address: Option<u64>,
    /// Where it lies in the file.
    pub mapped: Option<MappedRam>,
    /// Page records.
    pub pages: Pages,
}

/// Pages by the form in which they are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pages {
    /// All zero.
    pub zero: u64,
    /// As they are.
    pub normal: u64,
    /// Compressed by zlib.
    pub compressed: u64,
    /// As a delta.
    pub xbzrle: u64,
    /// In the file, set in the bitmap.
    pub mapped: u64,
}

impl RamTally {
    /// Counts one record.
    #[inline]
    pub fn record(&mut self, record: &Ram<'_>) {
        match record {
            Ram::Page(page) => self.pages_of_one_block(std::slice::from_ref(page)),
            Ram::Block(entry) => self.block(entry),
            Ram::MemSize {
                total, page_size, ..
            } => {
                self.total = Some(*total);
                self.page_size = page_size.bytes;
            }
            Ram::MappedBitmap { block, bytes, .. } => {
                if let Some(block) = self.blocks.get_mut(block.0 as usize) {
                    block.pages.mapped += bytes
                        .iter()
                        .map(|byte| u64::from(byte.count_ones()))
                        .sum::<u64>();
                }
            }
            Ram::MultifdFlush { .. } => self.flushes += 1,
            Ram::Hook { .. } => self.hooks += 1,
            _ => {}
        }
    }

    /// Counts pages that are all of one block.
    #[inline]
    pub fn pages_of_one_block(&mut self, pages: &[RamPage<'_>]) {
        let first = pages.first().map_or(0, |page| page.block.0);
        if let Some(block) = self.blocks.get_mut(first as usize) {
            for page in pages {
                block.pages.add(page.kind);
            }
        }
        self.passes.add(pages, self.page_size);
    }

    /// The guest runs at the destination from here on.
    pub fn enter_postcopy(&mut self) {
        self.passes.enter_postcopy();
    }

    /// The pages of all blocks.
    #[must_use]
    pub fn pages(&self) -> Pages {
        self.blocks
            .iter()
            .fold(Pages::default(), |sum, block| sum.plus(block.pages))
    }

    fn block(&mut self, entry: &RamBlockEntry<'_>) {
        let tally = BlockTally {
            at: entry.at,
            name: entry.name.to_string(),
            used_length: entry.used_length,
            page_size: entry.page_size,
            guest_address: entry.guest_address,
            mapped: entry.mapped,
            pages: Pages::default(),
        };
        match self.blocks.get_mut(entry.index.0 as usize) {
            Some(listed) => listed.used_length = entry.used_length,
            None => self.blocks.push(tally),
        }
    }
}

impl Pages {
    /// Kinds with their counts, those that there are.
    pub fn kinds(self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("zero", self.zero),
            ("normal", self.normal),
            ("compressed", self.compressed),
            ("xbzrle", self.xbzrle),
            ("mapped", self.mapped),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
    }

    /// All of them.
    #[must_use]
    pub fn total(self) -> u64 {
        self.kinds().map(|(_, count)| count).sum()
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            zero: self.zero + other.zero,
            normal: self.normal + other.normal,
            compressed: self.compressed + other.compressed,
            xbzrle: self.xbzrle + other.xbzrle,
            mapped: self.mapped + other.mapped,
        }
    }
}
