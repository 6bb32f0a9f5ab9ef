//! The system control port: gate of address line 20, and a fast reset.

use vmsd_schema::VmState;

/// Port 0x92 (`hw/i386/port92.c`).
#[derive(Default, VmState)]
#[vmstate(name = "port92", version = 1)]
pub(crate) struct Port92 {
    outport: u8,
}
