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

use std::fmt;

use vmsd_schema::decode::{Content, Node};

use super::BlockTally;
use crate::contents::{Contents, Device};
use crate::outline::Outline;
use crate::walk::Walk;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
const FOUR_GIB: u64 = 4 * GIB;

/// From here on the memory of an AMD guest is moved above 1 TiB (`pc_max_used_gpa`); its CPU is not on the stream.
const AMD_HOLE: u64 = 0xfd_0000_0000;

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

    /// What the devices of a stream say.
    ///
    /// # Errors
    /// They do not.
    pub fn of(walk: &Walk, outline: &Outline) -> Result<Self, Unknown> {
        let memory = main_memory(&outline.ram.blocks);
        if memory.is_empty() {
            return Err(Unknown(
                "no RAM block is known to be main memory".to_owned(),
            ));
        }
        let mut rtcs = outline
            .sections()
            .filter(|item| item.section.idstr().as_bytes() == b"mc146818rtc");
        if let Some(cmos) = rtcs.find_map(|item| cmos_data(&Device::new(walk, item))) {
            return Self::of_cmos(&memory, &cmos);
        }
        let machine = outline.configuration.as_ref();
        let virt = machine.is_some_and(|settings| settings.machine.starts_with("virt"));
        let arm = outline
            .sections()
            .any(|item| item.section.idstr().as_bytes().starts_with(b"arm_gic"));
        if virt && arm {
            return Ok(Self::new(&memory, &[(GIB, u64::MAX)], Source::Board));
        }
        let name = machine.map_or("of this stream", |settings| settings.machine.as_str());
        Err(Unknown(format!(
            "no device of the machine {name} tells where its memory lies"
        )))
    }

    /// What the user says: each of the form `ADDRESS=BLOCK[,OFFSET[,LENGTH]]`.
    ///
    /// # Errors
    /// It is not of that form, or ranges overlap.
    pub fn given(texts: &[String]) -> Result<Self, String> {
        let ranges = texts.iter().map(|text| {
            given(text).ok_or_else(|| format!("{text} is not ADDRESS=BLOCK[,OFFSET[,LENGTH]]"))
        });
        let mut ranges = ranges.collect::<Result<Vec<_>, _>>()?;
        ranges.sort_by_key(|range| range.address);
        Ok(Self {
            ranges,
            source: Source::Given,
        })
    }

    /// The same map with the lengths that the blocks really have, if it fits them.
    ///
    /// # Errors
    /// A block is not there, or is left, or two ranges have the same address.
    pub fn fitted(&self, blocks: &[BlockTally]) -> Result<Self, String> {
        let mut ranges = self.ranges.clone();
        for range in &mut ranges {
            let Range {
                block, offset, len, ..
            } = range;
            let Some(found) = blocks.iter().find(|tally| tally.name == *block) else {
                return Err(format!("there is no RAM block {block}"));
            };
            let left = found.used_length.saturating_sub(*offset);
            if *len == u64::MAX {
                *len = left;
            }
            if *len > left {
                return Err(format!(
                    "{len:#x} bytes at {offset:#x} leave RAM block {block}, which has {:#x}",
                    found.used_length
                ));
            }
        }
        ranges.retain(|range| range.len > 0);
        for (range, next) in ranges.iter().zip(ranges.iter().skip(1)) {
            if range.end().is_none_or(|end| end > next.address) {
                return Err(format!("two things lie at address {:#x}", next.address));
            }
        }
        if ranges.last().is_some_and(|range| range.end().is_none()) {
            return Err("memory leaves the address space".to_owned());
        }
        Ok(Self {
            ranges,
            source: self.source,
        })
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

    /// What `pc_cmos_init` told the firmware, checked against the size of memory: a guest can write there too.
    fn of_cmos(memory: &[&BlockTally], cmos: &[u8]) -> Result<Self, Unknown> {
        let byte = |at: usize| cmos.get(at).copied().map_or(0, u64::from);
        let total: u64 = memory.iter().map(|block| block.used_length).sum();
        let extended = byte(0x34) | byte(0x35) << 8;
        let above = (byte(0x5b) | byte(0x5c) << 8 | byte(0x5d) << 16) << 16;
        let below = if extended == 0 {
            MIB + ((byte(0x30) | byte(0x31) << 8) << 10)
        } else {
            16 * MIB + (extended << 16)
        };
        // It counts in 64 KiB, or in 1 KiB; memory may end between.
        let fits = if above == 0 {
            below <= total && total - below < 64 << 10
        } else {
            below <= FOUR_GIB && below.checked_add(above) == Some(total)
        };
        if !fits {
            return Err(Unknown(format!(
                "the CMOS says {below:#x} bytes below 4 GiB and {above:#x} above, and there are {total:#x}"
            )));
        }
        if above > AMD_HOLE - FOUR_GIB {
            return Err(Unknown(format!(
                "{above:#x} bytes above 4 GiB: an AMD guest of this size has them above 1 TiB, an Intel one at 4 GiB"
            )));
        }
        let below = if above == 0 { total } else { below };
        Ok(Self::pc(memory, below, Source::Cmos))
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

/// The blocks of main memory, in the order of their addresses: that of the board, those of NUMA nodes, or the largest that
/// a user can have made.
fn main_memory(blocks: &[BlockTally]) -> Vec<&BlockTally> {
    const BOARDS: [&str; 3] = ["pc.ram", "mach-virt.ram", "microvm.ram"];
    let of_board = |block: &&BlockTally| BOARDS.contains(&block.name.as_str());
    if let Some(block) = blocks.iter().find(of_board) {
        return vec![block];
    }
    let nodes: Vec<_> = (0..)
        .map_while(|node| {
            let name = format!("ram-node{node}");
            blocks.iter().find(|block| block.name == name)
        })
        .collect();
    if !nodes.is_empty() {
        return nodes;
    }
    let backends = blocks.iter().filter(|block| is_backend(&block.name));
    backends
        .reduce(|a, b| if b.used_length > a.used_length { b } else { a })
        .into_iter()
        .collect()
}

/// Whether a user can have named it: devices have a path, ROMs and flash the board's names.
fn is_backend(name: &str) -> bool {
    let board = [
        "pc.bios",
        "pc.rom",
        "isa-bios",
        "virt.flash",
        "system.flash",
        "vga.",
    ];
    let device = name.contains('/') && !name.starts_with("/objects/");
    !device && !name.contains(".rom") && !board.iter().any(|board| name.starts_with(board))
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

fn cmos_data(device: &Device<'_>) -> Option<Vec<u8>> {
    let Contents::Values(body) = &device.contents else {
        return None;
    };
    let field: &Node<'_> = body.field("cmos_data")?;
    match field.content {
        Content::Bytes(bytes) => Some(bytes.to_vec()),
        _ => Some(field.bytes.to_vec()),
    }
}

fn given(text: &str) -> Option<Range> {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let (address, rest) = text.split_once('=')?;
    let mut parts = rest.split(',');
    let block = parts.next().filter(|name| !name.is_empty())?.to_owned();
    let offset = parts.next().map_or(Some(0), number)?;
    let len = parts.next().map_or(Some(u64::MAX), number)?;
    if parts.next().is_some() {
        return None;
    }
    Some(Range {
        address: number(address)?,
        block,
        offset,
        len,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

    use super::*;

    fn block(name: &str, used_length: u64) -> BlockTally {
        BlockTally {
            name: name.to_owned(),
            used_length,
            ..BlockTally::default()
        }
    }

    fn shown(map: &MemoryMap) -> Vec<(u64, &str, u64, u64)> {
        let ranges = map.ranges.iter();
        ranges
            .map(|range| (range.address, range.block.as_str(), range.offset, range.len))
            .collect()
    }

    fn cmos(below: u64, above: u64) -> Vec<u8> {
        let mut cmos = vec![0; 128];
        let extended = ((below - 16 * MIB) >> 16).to_le_bytes();
        cmos[0x34..0x36].copy_from_slice(&extended[..2]);
        cmos[0x5b..0x5e].copy_from_slice(&(above >> 16).to_le_bytes()[..3]);
        cmos
    }

    #[test]
    fn the_hole_is_where_the_cmos_says() {
        let ram = block("pc.ram", 5 * GIB);
        let map = MemoryMap::of_cmos(&[&ram], &cmos(3 * GIB, 2 * GIB)).unwrap();
        assert_eq!(
            shown(&map),
            [
                (0, "pc.ram", 0, 3 * GIB),
                (4 * GIB, "pc.ram", 3 * GIB, 2 * GIB)
            ]
        );
        assert_eq!(map.address("pc.ram", 3 * GIB + 5), Some(4 * GIB + 5));
        let wrong = MemoryMap::of_cmos(&[&ram], &cmos(2 * GIB, 2 * GIB)).unwrap_err();
        assert!(
            wrong.to_string().contains("there are 0x140000000"),
            "{wrong}"
        );
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

    #[test]
    fn a_given_map_is_checked() {
        let blocks = [block("a", 0x3000), block("b", 0x1000)];
        let given = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            MemoryMap::given(&texts)?.fitted(&blocks)
        };
        let map = given(&["0x8000=b", "0x1000=a,0x1000"]).unwrap();
        assert_eq!(
            shown(&map),
            [(0x1000, "a", 0x1000, 0x2000), (0x8000, "b", 0, 0x1000)]
        );
        assert!(given(&["0=a", "0x2000=b"]).unwrap_err().contains("0x2000"));
        assert!(given(&["0=c"]).unwrap_err().contains("no RAM block c"));
        assert!(given(&["0=a,0x2000,0x2000"]).unwrap_err().contains("leave"));
        assert!(given(&["a"]).unwrap_err().contains("ADDRESS="));
        assert!(given(&["0xffffffffffffff00=a"])
            .unwrap_err()
            .contains("address space"));
    }
}
