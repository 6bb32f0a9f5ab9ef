//! `armv7m_systick` (hw/timer/armv7m_systick.c): the clock tick of ARM's microcontrollers.

use vmsd_schema::VmState;

use super::ptimer::Ptimer;
use crate::mirrors::clock::Clock;

/// The timer.
#[derive(Default, VmState)]
#[vmstate(name = "armv7m_systick", version = 3)]
pub(crate) struct Armv7mSystick {
    refclk: Clock,
    cpuclk: Clock,
    control: u32,
    tick: i64,
    ptimer: Ptimer,
}
