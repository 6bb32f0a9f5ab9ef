//! The high precision event timer.

use vmsd_schema::{Result, Timer, VmState};

const MIN_TIMERS: u8 = 3;
const MAX_TIMERS: u8 = 32;

/// The HPET (`hw/timer/hpet.c`).
#[derive(VmState)]
#[vmstate(name = "hpet", version = 2, minimum_version = 1, pre_load = Self::pre_load, default)]
pub(crate) struct Hpet {
    config: u64,
    isr: u64,
    hpet_counter: u64,
    /// Checked before the timers are read: CVE-2013-4527 was the lack of this line.
    #[vmstate(since = 2, validate = Self::num_timers_in_range, default = MIN_TIMERS)]
    #[vmstate(renamed(Qemu10_0 = "num_timers_save"))]
    num_timers: u8,
    #[vmstate(len = num_timers)]
    timer: [HpetTimer; MAX_TIMERS as usize],
    #[vmstate(subsection)]
    rtc_irq_level: Option<RtcIrqLevel>,
    #[vmstate(subsection)]
    offset: Option<Offset>,
}

impl Hpet {
    /// Version 1 has no count: it is three (`hpet_pre_load` of 7.2).
    fn pre_load(&mut self) -> Result<()> {
        self.num_timers = MIN_TIMERS;
        Ok(())
    }

    fn num_timers_in_range(&self, _version: u32) -> bool {
        (MIN_TIMERS..=MAX_TIMERS).contains(&self.num_timers)
    }
}

#[derive(Default, VmState)]
#[vmstate(name = "hpet_timer", version = 1)]
struct HpetTimer {
    tn: u8,
    config: u64,
    cmp: u64,
    fsb: u64,
    period: u64,
    wrap_flag: u8,
    qemu_timer: Timer,
}

/// Sent while the interrupt line of the clock that the HPET replaces is raised.
#[derive(Default, VmState)]
#[vmstate(name = "hpet/rtc_irq_level", version = 1)]
struct RtcIrqLevel {
    rtc_irq_level: u8,
}

/// Sent while the counter runs, unless the machine type is older than 2.12.
#[derive(Default, VmState)]
#[vmstate(name = "hpet/offset", version = 1)]
struct Offset {
    hpet_offset: u64,
}
