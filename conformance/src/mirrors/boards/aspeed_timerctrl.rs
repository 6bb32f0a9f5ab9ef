//! `aspeed.timerctrl` (hw/timer/aspeed_timer.c): Aspeed's eight timers.

use vmsd_schema::{Timer, VmState};

/// Timers.
const TIMERS: usize = 8;

/// All of them.
#[derive(Default, VmState)]
#[vmstate(name = "aspeed.timerctrl", version = 2)]
pub(crate) struct AspeedTimerctrl {
    ctrl: u32,
    ctrl2: u32,
    ctrl3: u32,
    irq_sts: u32,
    #[vmstate(since = 1)]
    timers: [AspeedTimer; TIMERS],
}

/// One of them (`vmstate_aspeed_timer`).
#[derive(Default, VmState)]
#[vmstate(name = "aspeed.timer", version = 2)]
struct AspeedTimer {
    id: u8,
    level: i32,
    timer: Timer,
    reload: u32,
    r#match: [u32; 2],
}
