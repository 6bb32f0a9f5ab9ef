//! `vmstate-event-facility` (hw/s390x/event-facility.c): which events of the service processor a guest wants to hear of.

use vmsd_schema::VmState;

/// The upper 32 bits of the mask.
#[derive(Default, VmState)]
#[vmstate(name = "vmstate-event-facility", version = 0)]
pub(crate) struct EventFacility {
    #[vmstate(name = "receive_mask_pieces[1]")]
    upper: u32,
    /// Where the guest uses them.
    #[vmstate(subsection)]
    mask64: Option<Mask64>,
    /// Sent by machine types from 2.11 on.
    #[vmstate(subsection)]
    mask_length: Option<MaskLength>,
}

/// The lower 32 bits (`vmstate_event_facility_mask64`).
#[derive(Default, VmState)]
#[vmstate(name = "vmstate-event-facility/mask64", version = 0)]
struct Mask64 {
    #[vmstate(name = "receive_mask_pieces[0]")]
    lower: u32,
}

/// Bytes of the guest's mask (`vmstate_event_facility_mask_length`).
#[derive(Default, VmState)]
#[vmstate(name = "vmstate-event-facility/mask_length", version = 0)]
struct MaskLength {
    mask_length: u16,
}
