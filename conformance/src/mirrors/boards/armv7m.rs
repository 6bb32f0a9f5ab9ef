//! `armv7m` (hw/arm/armv7m.c): what holds an ARM microcontroller's processor and its clocks.

use vmsd_schema::VmState;

use crate::mirrors::clock::Clock;

/// The clocks.
#[derive(Default, VmState)]
#[vmstate(name = "armv7m", version = 1)]
pub(crate) struct Armv7m {
    refclk: Clock,
    cpuclk: Clock,
}
