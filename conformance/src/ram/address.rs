//! Where RAM blocks lie in guest-physical memory. A stream does not say it: it says how large each block is, and what the
//! firmware was told.
//!
//! | machine | what tells |
//! |---|---|
//! | pc, q35, microvm | the CMOS (`mc146818rtc`): memory below 4 GiB, and above (`pc_cmos_init`) |
//! | arm virt | memory starts at 1 GiB on every version of this board (`base_memmap`); the interrupt controller shows that it is one |
//!
//! The devices stand behind the memory that has to be placed. So there is an expectation first, from the machine's name,
//! and whoever follows it compares it with what the devices say in the end.

mod devices;
mod given;
mod main_memory;

use std::fmt;

use main_memory::main_memory;

use super::BlockTally;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const FOUR_GIB: u64 = 4 * GIB;

/// A part of a block in guest-physical memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Where the guest sees it.
    pub address: u64,
    /// The block's name.
    pub block: String,
    /// Where in the block it starts.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
}

/// All memory of a guest, by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemoryMap {
    /// The parts, in the order of their addresses.
    pub ranges: Vec<Range>,
    /// Who says so.
    pub source: Source,
}

/// Who says where memory lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The user.
    Given,
    /// The CMOS of a PC.
    Cmos,
    /// The board has it in one place, whatever its size.
    Board,
    /// Nobody yet: it is what such a machine does by default.
    Expected,
}

/// Why nobody knows where memory lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(String);

impl MemoryMap {
    /// What a machine of this name does by default with these blocks.
    #[must_use]
    pub fn expected(machine: &str, blocks: &[BlockTally]) -> Option<Self> {
        let memory = main_memory(blocks);
        let total = memory.iter().map(|block| block.used_length).sum();
        let below = if machine.starts_with("pc-q35") {
            default_below(total, 0xb000_0000, 2 * GIB)
        } else if machine.starts_with("pc") || machine.is_empty() {
            default_below(total, 0xe000_0000, 3 * GIB)
        } else if machine.starts_with("microvm") {
            default_below(total, 3 * GIB, 3 * GIB)
        } else if machine.starts_with("virt") {
            return Some(Self::new(&memory, &[(GIB, u64::MAX)], Source::Expected));
        } else if machine.starts_with("isapc") {
            total
        } else {
            return None;
        };
        Some(Self::pc(&memory, below, Source::Expected))
    }

    /// Where the guest sees a place of a block.
    #[must_use]
    pub fn address(&self, block: &str, offset: u64) -> Option<u64> {
        let mut ranges = self.ranges.iter().filter(|range| range.block == block);
        let range =
            ranges.find(|range| (range.offset..range.offset + range.len).contains(&offset))?;
        Some(range.address + (offset - range.offset))
    }

    /// Blocks of which it has nothing.
    pub fn left_out<'a>(
        &'a self,
        blocks: &'a [BlockTally],
    ) -> impl Iterator<Item = &'a BlockTally> {
        blocks
            .iter()
            .filter(|block| !self.ranges.iter().any(|range| range.block == block.name))
    }

    /// The blocks one after the other in windows of addresses.
    fn new(memory: &[&BlockTally], windows: &[(u64, u64)], source: Source) -> Self {
        let mut windows = windows.iter().copied();
        let mut window = windows.next();
        let mut ranges = Vec::new();
        for block in memory {
            let mut offset = 0;
            while let Some((address, room)) = window.filter(|_| offset < block.used_length) {
                let len = room.min(block.used_length - offset);
                ranges.push(Range {
                    address,
                    block: block.name.clone(),
                    offset,
                    len,
                });
                offset += len;
                window = if len == room {
                    windows.next()
                } else {
                    Some((address.saturating_add(len), room - len))
                };
            }
        }
        Self { ranges, source }
    }

    fn pc(memory: &[&BlockTally], below: u64, source: Source) -> Self {
        let windows = [(0, below), (FOUR_GIB, u64::MAX)];
        let windows = windows.into_iter().filter(|window| window.1 > 0);
        Self::new(memory, &windows.collect::<Vec<_>>(), source)
    }
}

impl Range {
    /// Behind its last byte.
    #[must_use]
    pub fn end(&self) -> Option<u64> {
        self.address.checked_add(self.len)
    }
}

impl Source {
    /// In a report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Cmos => "the CMOS says so",
            Self::Board => "the board has it there",
            Self::Expected => "expected of the machine",
        }
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a PC keeps below 4 GiB: all, up to a limit, and less beyond it, so that the rest starts at a whole GiB
/// (`pc_init1`, `pc_q35_init`).
fn default_below(total: u64, limit: u64, beyond: u64) -> u64 {
    if total >= limit {
        beyond
    } else {
        total
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

    use super::*;

    pub(super) fn block(name: &str, used_length: u64) -> BlockTally {
        BlockTally {
            name: name.to_owned(),
            used_length,
            ..BlockTally::default()
        }
    }

    pub(super) fn shown(map: &MemoryMap) -> Vec<(u64, &str, u64, u64)> {
        let ranges = map.ranges.iter();
        ranges
            .map(|range| (range.address, range.block.as_str(), range.offset, range.len))
            .collect()
    }

    #[test]
    fn nodes_follow_each_other_across_the_hole() {
        let blocks = [
            block("pc.bios", 1 << 18),
            block("ram-node1", 2 * GIB),
            block("ram-node0", 2 * GIB),
        ];
        let map = MemoryMap::expected("pc-q35-9.0", &blocks).unwrap();
        assert_eq!(
            shown(&map),
            [
                (0, "ram-node0", 0, 2 * GIB),
                (4 * GIB, "ram-node1", 0, 2 * GIB)
            ]
        );
        let map = MemoryMap::expected("pc-i440fx-9.0", &blocks).unwrap();
        assert_eq!(
            shown(&map),
            [
                (0, "ram-node0", 0, 2 * GIB),
                (2 * GIB, "ram-node1", 0, GIB),
                (4 * GIB, "ram-node1", GIB, GIB)
            ]
        );
        assert_eq!(map.left_out(&blocks).count(), 1);
    }
}
