//! `ptimer` (hw/core/ptimer.c): a timer that counts down, the part of many devices.

use vmsd_schema::{Timer, VmState};

/// The counter.
#[derive(Default, VmState)]
#[vmstate(name = "ptimer", version = 1)]
pub(crate) struct Ptimer {
    enabled: u8,
    limit: u64,
    delta: u64,
    period_frac: u32,
    period: i64,
    last_event: i64,
    next_event: i64,
    timer: Timer,
}
