//! `clock` (hw/core/clock-vmstate.c): a clock that feeds a device.

use vmsd_schema::VmState;

/// The clock.
#[derive(Default, VmState)]
#[vmstate(name = "clock", version = 0)]
pub(crate) struct Clock {
    /// In units of 2⁻³² nanoseconds.
    period: u64,
    /// Sent when a factor is not 1.
    #[vmstate(subsection)]
    muldiv: Option<Muldiv>,
}

/// How children's periods follow from this one.
#[derive(Default, VmState)]
#[vmstate(name = "clock/muldiv", version = 1)]
struct Muldiv {
    multiplier: u32,
    divider: u32,
}
