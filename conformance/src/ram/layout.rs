//! Where guest memory lies in a file: raw, as an ELF core or in LiME form.
//!
//! ```text
//! raw   byte N of the file is byte N of guest-physical memory; holes are holes of the file
//! ELF   file header, one PT_LOAD a range, their memory from 0x1000 on
//! LiME  for each range: "EMiL", version 1, first and last address, 8 zero bytes; its memory
//! ```

use super::address::{MemoryMap, Range};
use super::BlockTally;

/// How the whole memory of a guest is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The place in the file is the address.
    Raw,
    /// An ELF core, as `dump-guest-memory` writes one.
    Elf,
    /// As the kernel module LiME writes it.
    Lime,
}

/// What the code in the memory is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `EM_X86_64`
    X86,
    /// `EM_AARCH64`
    Arm,
    /// `EM_NONE`
    Unknown,
}

/// A part of a block and its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) block: String,
    pub(super) offset: u64,
    pub(super) len: u64,
    pub(super) file_at: u64,
}

/// A file: what stands where, and headers around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) parts: Vec<Placed>,
    pub(super) headers: Vec<(u64, Vec<u8>)>,
    /// Bytes of the file.
    pub(super) len: u64,
}

const PAGE: u64 = 4096;

impl Target {
    /// What a machine of this name runs.
    pub(super) fn of(machine: &str) -> Self {
        if ["pc", "isapc", "microvm", "xen"]
            .iter()
            .any(|name| machine.starts_with(name))
        {
            Self::X86
        } else if machine.starts_with("virt-") {
            Self::Arm
        } else {
            Self::Unknown
        }
    }
}

impl Layout {
    /// One block alone.
    pub(super) fn block(name: &str, len: u64) -> Self {
        Self {
            parts: vec![Placed {
                block: name.to_owned(),
                offset: 0,
                len,
                file_at: 0,
            }],
            headers: Vec::new(),
            len,
        }
    }

    /// All blocks, one behind the other.
    pub(super) fn blocks(blocks: &[BlockTally]) -> Option<Self> {
        let mut layout = Self::default();
        for block in blocks {
            let file_at = layout.len.checked_next_multiple_of(PAGE)?;
            layout.len = file_at.checked_add(block.used_length)?;
            layout.parts.push(Placed {
                block: block.name.clone(),
                offset: 0,
                len: block.used_length,
                file_at,
            });
        }
        Some(layout)
    }

    /// All memory. Nothing where the file would have no end.
    pub(super) fn whole(map: &MemoryMap, form: Form, target: Target) -> Option<Self> {
        let mut layout = Self::default();
        match form {
            Form::Raw => {
                for range in &map.ranges {
                    layout.part(range, range.address)?;
                }
            }
            Form::Elf => {
                let header = elf::HEADER_LEN + map.ranges.len() as u64 * elf::SEGMENT_LEN;
                layout.len = header.next_multiple_of(PAGE);
                for range in &map.ranges {
                    layout.part(range, layout.len.checked_next_multiple_of(PAGE)?)?;
                }
                layout.headers.push((0, elf::header(map, target, &layout)));
            }
            Form::Lime => {
                for range in &map.ranges {
                    layout.headers.push((layout.len, lime_header(range)));
                    layout.part(range, layout.len.checked_add(LIME_HEADER_LEN)?)?;
                }
            }
        }
        Some(layout)
    }

    fn part(&mut self, range: &Range, file_at: u64) -> Option<()> {
        self.len = file_at.checked_add(range.len)?;
        self.parts.push(Placed {
            block: range.block.clone(),
            offset: range.offset,
            len: range.len,
            file_at,
        });
        Some(())
    }
}

const LIME_HEADER_LEN: u64 = 32;

/// `lime_mem_range_header`, little-endian.
fn lime_header(range: &Range) -> Vec<u8> {
    let last = range.address.saturating_add(range.len).saturating_sub(1);
    [
        &b"EMiL"[..],
        &1_u32.to_le_bytes(),
        &range.address.to_le_bytes(),
        &last.to_le_bytes(),
        &[0; 8],
    ]
    .concat()
}

/// The parts of the ELF format that a core needs: 64 bits, little-endian.
mod elf {
    use super::{Layout, MemoryMap, Target};

    pub(super) const HEADER_LEN: u64 = 64;
    pub(super) const SEGMENT_LEN: u64 = 56;

    const ET_CORE: u16 = 4;
    const EM_NONE: u16 = 0;
    const EM_X86_64: u16 = 62;
    const EM_AARCH64: u16 = 183;
    const PT_LOAD: u32 = 1;
    const READ_WRITE_RUN: u32 = 7;

    pub(super) fn header(map: &MemoryMap, target: Target, layout: &Layout) -> Vec<u8> {
        let machine = match target {
            Target::X86 => EM_X86_64,
            Target::Arm => EM_AARCH64,
            Target::Unknown => EM_NONE,
        };
        let mut out = Vec::new();
        // The magic, 64 bits, little-endian, version 1, no particular system.
        out.extend(b"\x7fELF\x02\x01\x01");
        out.resize(16, 0);
        out.extend(ET_CORE.to_le_bytes());
        out.extend(machine.to_le_bytes());
        out.extend(1_u32.to_le_bytes());
        for word in [0, HEADER_LEN, 0] {
            out.extend(u64::to_le_bytes(word));
        }
        out.extend(0_u32.to_le_bytes());
        let count = u16::try_from(map.ranges.len()).unwrap_or(u16::MAX);
        for half in [64, 56, count, 64, 0, 0] {
            out.extend(u16::to_le_bytes(half));
        }
        for (range, part) in map.ranges.iter().zip(&layout.parts) {
            out.extend(PT_LOAD.to_le_bytes());
            out.extend(READ_WRITE_RUN.to_le_bytes());
            // Without paging the virtual address is the physical one: so a debugger finds memory at its place.
            let words = [
                part.file_at,
                range.address,
                range.address,
                range.len,
                range.len,
                super::PAGE,
            ];
            for word in words {
                out.extend(word.to_le_bytes());
            }
        }
        out
    }
}
