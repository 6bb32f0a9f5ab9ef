//! `arm_timer` (hw/timer/arm_timer.c): a counter of ARM's, a part of `sp804` and of the Integrator's timers.

use vmsd_schema::VmState;

use super::ptimer::Ptimer;

/// The counter.
#[derive(Default, VmState)]
#[vmstate(name = "arm_timer", version = 1)]
pub(crate) struct ArmTimer {
    control: u32,
    limit: u32,
    int_level: i32,
    timer: Ptimer,
}
