//! Where the state of a machine's devices says that memory lies.

use vmsd_schema::decode::{Content, Node};

use super::main_memory::main_memory;
use super::{MemoryMap, Source, Unknown, FOUR_GIB, GIB, MIB};
use crate::ram::BlockTally;
use crate::reading::contents::{Contents, Device};
use crate::reading::outline::Outline;
use crate::reading::walk::Walk;

/// From here on the memory of an AMD guest is moved above 1 TiB (`pc_max_used_gpa`); its CPU is not on the stream.
const AMD_HOLE: u64 = 0xfd_0000_0000;

impl MemoryMap {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

    use super::super::tests::{block, shown};
    use super::*;

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
}
