//! `cmsdk-apb-timer` (hw/timer/cmsdk-apb-timer.c): the timer of ARM's design kit.

use vmsd_schema::VmState;

use super::ptimer::Ptimer;
use crate::mirrors::clock::Clock;

/// The timer.
#[derive(Default, VmState)]
#[vmstate(name = "cmsdk-apb-timer", version = 2)]
pub(crate) struct CmsdkApbTimer {
    #[vmstate(since = 1)]
    timer: Ptimer,
    pclk: Clock,
    ctrl: u32,
    value: u32,
    reload: u32,
    intstatus: u32,
}
