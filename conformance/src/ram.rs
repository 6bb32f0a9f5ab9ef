//! Guest memory as numbers: the blocks of a stream and how many pages of each kind it has of them.

use vmsd_schema::stream::{MappedRam, PageKind, Ram, RamBlockEntry};

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
            Ram::Page(page) => {
                if let Some(block) = self.blocks.get_mut(page.block.0 as usize) {
                    block.pages.add(page.kind);
                }
            }
            Ram::Block(entry) => self.block(entry),
            Ram::MemSize { total, .. } => self.total = Some(*total),
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

    #[inline]
    fn add(&mut self, kind: PageKind) {
        match kind {
            PageKind::Zero => self.zero += 1,
            PageKind::Normal => self.normal += 1,
            PageKind::Compressed => self.compressed += 1,
            PageKind::Xbzrle => self.xbzrle += 1,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            zero: self.zero + other.zero,
            normal: self.normal + other.normal,
            compressed: self.compressed + other.compressed,
            xbzrle: self.xbzrle + other.xbzrle,
            mapped: self.mapped + other.mapped,
        }
    }
}
