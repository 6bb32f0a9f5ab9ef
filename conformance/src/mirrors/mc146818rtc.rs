//! The real-time clock and its battery-backed memory.

use vmsd_schema::{Timer, Unused, VmState};

/// The clock (`hw/rtc/mc146818rtc.c`). QEMU 11.1 loads version 3 alone.
#[derive(VmState)]
#[vmstate(name = "mc146818rtc", version = 3, minimum_version = 1, default)]
pub(crate) struct Mc146818Rtc {
    #[vmstate(buffer)]
    cmos_data: [u8; 128],
    /// Chooses a byte of `cmos_data`.
    #[vmstate(max = 127)]
    cmos_index: u8,
    /// The broken-down time of versions 1 and 2.
    #[vmstate(name = "unused")]
    current_tm: Unused<28>,
    periodic_timer: Timer,
    next_periodic_time: i64,
    /// The timers that advanced it.
    #[vmstate(name = "unused")]
    second_timers: Unused<24>,
    #[vmstate(since = 2)]
    irq_coalesced: u32,
    #[vmstate(since = 2)]
    period: u32,
    #[vmstate(since = 3)]
    base_rtc: u64,
    #[vmstate(since = 3)]
    last_update: u64,
    #[vmstate(since = 3)]
    offset: i64,
    #[vmstate(since = 3)]
    update_timer: Timer,
    #[vmstate(since = 3)]
    next_alarm_time: u64,
    #[vmstate(subsection)]
    irq_reinject_on_ack_count: Option<IrqReinjectOnAckCount>,
}

#[derive(Default, VmState)]
#[vmstate(name = "mc146818rtc/irq_reinject_on_ack_count", version = 1)]
struct IrqReinjectOnAckCount {
    irq_reinject_on_ack_count: u16,
}
