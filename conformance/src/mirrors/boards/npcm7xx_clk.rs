//! The clock tree of Nuvoton's NPCM7xx (hw/misc/npcm_clk.c; earlier npcm7xx_clk.c): what is in it.

use vmsd_schema::VmState;

use crate::mirrors::clock::Clock;

/// The clocks that a selector chooses from.
const SOURCES: usize = 5;

/// A phase-locked loop.
#[derive(Default, VmState)]
#[vmstate(name = "npcm7xx-clock-pll", version = 0)]
pub(crate) struct Npcm7xxClockPll {
    clock_in: Clock,
}

/// A choice of clocks.
#[derive(VmState)]
#[vmstate(name = "npcm7xx-clock-sel", version = 0, default)]
pub(crate) struct Npcm7xxClockSel {
    #[vmstate(default = [(); SOURCES].map(|()| Some(Box::default())))]
    clock_in: [Option<Box<Clock>>; SOURCES],
}

/// A divider.
#[derive(Default, VmState)]
#[vmstate(name = "npcm7xx-clock-divider", version = 0)]
pub(crate) struct Npcm7xxClockDivider {
    clock_in: Clock,
}
