//! `goldfish_rtc` (hw/rtc/goldfish_rtc.c): the clock of the `virt` machines of RISC-V and m68k.

use vmsd_schema::VmState;

/// The clock and its alarm.
#[derive(Default, VmState)]
#[vmstate(name = "goldfish_rtc", version = 3, minimum_version = 0)]
pub(crate) struct GoldfishRtc {
    /// Against the virtual clock (`goldfish_rtc_pre_save`): what versions up to 2 know alone.
    tick_offset_vmstate: u64,
    alarm_next: u64,
    alarm_running: u32,
    irq_pending: u32,
    irq_enabled: u32,
    time_high: u32,
    /// Against the host's clock.
    #[vmstate(since = 3)]
    tick_offset: u64,
}
