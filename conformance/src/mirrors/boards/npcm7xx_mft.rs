//! `npcm7xx-mft-module` (hw/misc/npcm7xx_mft.c): counts the turns of fans.

use vmsd_schema::VmState;

use crate::mirrors::clock::Clock;

/// The counter.
#[derive(Default, VmState)]
#[vmstate(name = "npcm7xx-mft-module", version = 0)]
pub(crate) struct Npcm7xxMft {
    clock_in: Clock,
    clock_1: Clock,
    clock_2: Clock,
    regs: [u16; 16],
    max_rpm: [u32; 4],
    duty: [u32; 4],
}
