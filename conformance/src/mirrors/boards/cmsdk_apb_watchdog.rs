//! `cmsdk-apb-watchdog` (hw/watchdog/cmsdk-apb-watchdog.c): the watchdog of ARM's design kit, and Luminary's.

use vmsd_schema::VmState;

use super::ptimer::Ptimer;
use crate::mirrors::clock::Clock;

/// The watchdog.
#[derive(Default, VmState)]
#[vmstate(name = "cmsdk-apb-watchdog", version = 2)]
pub(crate) struct CmsdkApbWatchdog {
    wdogclk: Clock,
    #[vmstate(since = 1)]
    timer: Ptimer,
    control: u32,
    intstatus: u32,
    lock: u32,
    itcr: u32,
    itop: u32,
    resetstatus: u32,
}
