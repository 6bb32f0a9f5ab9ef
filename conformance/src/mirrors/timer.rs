//! The virtual machine's clocks.

use vmsd_schema::{Timer, Unused, VmState};

/// Offsets of the virtual clocks (`system/cpu-timers.c`; earlier `softmmu/cpu-timers.c`).
#[derive(Default, VmState)]
#[vmstate(name = "timer", version = 2, minimum_version = 1)]
pub(crate) struct Clocks {
    cpu_ticks_offset: i64,
    unused: Unused<8>,
    #[vmstate(since = 2)]
    cpu_clock_offset: i64,
    #[vmstate(subsection)]
    icount: Option<Icount>,
}

/// Sent with `-icount`, where instructions are the clock.
#[derive(Default, VmState)]
#[vmstate(name = "timer/icount", version = 1)]
struct Icount {
    qemu_icount_bias: i64,
    qemu_icount: i64,
    #[vmstate(subsection)]
    warp_timer: Option<WarpTimer>,
    #[vmstate(subsection)]
    timers: Option<AdjustTimers>,
    #[vmstate(subsection)]
    shift: Option<Shift>,
}

#[derive(Default, VmState)]
#[vmstate(name = "timer/icount/warp_timer", version = 1)]
struct WarpTimer {
    vm_clock_warp_start: i64,
    icount_warp_timer: Timer,
}

#[derive(Default, VmState)]
#[vmstate(name = "timer/icount/timers", version = 1)]
struct AdjustTimers {
    icount_rt_timer: Timer,
    icount_vm_timer: Timer,
}

/// QEMU 5.2 sends version 1. Later ones refuse it, so it is read here and never written.
#[derive(Default, VmState)]
#[vmstate(name = "timer/icount/shift", version = 2, minimum_version = 1)]
struct Shift {
    icount_time_shift: i16,
    #[vmstate(since = 2)]
    last_delta: i64,
}
