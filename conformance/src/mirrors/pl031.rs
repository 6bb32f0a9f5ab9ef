//! `pl031` (hw/rtc/pl031.c): ARM's real-time clock.

use vmsd_schema::VmState;

/// The clock.
#[derive(Default, VmState)]
#[vmstate(name = "pl031", version = 1)]
pub(crate) struct Pl031 {
    /// The guest's time less the virtual clock, for versions before 4.1.
    tick_offset_vmstate: u32,
    mr: u32,
    lr: u32,
    cr: u32,
    im: u32,
    is: u32,
    /// Sent by machine types from 4.1 on.
    #[vmstate(subsection)]
    tick_offset: Option<TickOffset>,
}

/// The guest's time less the host's.
#[derive(Default, VmState)]
#[vmstate(name = "pl031/tick-offset", version = 1)]
struct TickOffset {
    tick_offset: u32,
}
