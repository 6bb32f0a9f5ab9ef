//! The loudspeaker of the PC.

use vmsd_schema::VmState;

/// The speaker's port (`hw/audio/pcspk.c`).
#[derive(Default, VmState)]
#[vmstate(name = "pcspk", version = 1)]
pub(crate) struct Pcspk {
    data_on: u8,
    dummy_refresh_clock: u8,
}
