//! Guest memory in numbers: its blocks, and pages by the form in which they were sent.

use crate::stream::{PageKind, Ram};

/// What the records of a RAM section add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RamSummary {
    /// Blocks in the order of the list.
    pub blocks: Vec<BlockSummary>,
    /// RDMA's hooks.
    pub hooks: u64,
    /// Points at which the extra channels are synchronised.
    pub flushes: u64,
}

/// A RAM block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockSummary {
    /// Its name as text.
    pub name: String,
    /// Bytes in use.
    pub used_length: u64,
    /// Pages that are all zero.
    pub zero: u64,
    /// Pages that were sent as they are.
    pub normal: u64,
    /// Pages that were sent compressed.
    pub compressed: u64,
    /// Pages that were sent as a difference.
    pub xbzrle: u64,
    /// Pages that the bitmap of a mapped block says are there.
    pub mapped: u64,
    /// Bytes of pages on the stream, without what frames them.
    pub bytes: u64,
}

impl RamSummary {
    #[inline]
    pub(super) fn count(&mut self, record: &Ram<'_>) {
        match record {
            Ram::Page(page) => {
                let Some(block) = self.block(page.block.0) else {
                    return;
                };
                block.bytes += page.data.len() as u64;
                match page.kind {
                    PageKind::Zero => block.zero += 1,
                    PageKind::Normal => block.normal += 1,
                    PageKind::Compressed => block.compressed += 1,
                    PageKind::Xbzrle => block.xbzrle += 1,
                }
            }
            Ram::Block(entry) => {
                // The parser bounds the number of blocks, and hands them out in order.
                let index = entry.index.0 as usize;
                if index >= self.blocks.len() {
                    self.blocks.resize_with(index + 1, BlockSummary::default);
                }
                let Some(block) = self.block(entry.index.0) else {
                    return;
                };
                block.name = entry.name.to_string();
                block.used_length = entry.used_length;
            }
            Ram::MappedBitmap { block, bytes, .. } => {
                let Some(block) = self.block(block.0) else {
                    return;
                };
                block.mapped += bytes
                    .iter()
                    .map(|byte| u64::from(byte.count_ones()))
                    .sum::<u64>();
            }
            Ram::MappedPages { block, bytes, .. } => {
                let Some(block) = self.block(block.0) else {
                    return;
                };
                block.bytes += bytes.len() as u64;
            }
            Ram::Hook { .. } => self.hooks += 1,
            Ram::MultifdFlush { .. } => self.flushes += 1,
            Ram::MemSize { .. } | Ram::MappedGap { .. } | Ram::Eos { .. } => {}
        }
    }

    #[inline]
    fn block(&mut self, index: u32) -> Option<&mut BlockSummary> {
        self.blocks.get_mut(index as usize)
    }
}
