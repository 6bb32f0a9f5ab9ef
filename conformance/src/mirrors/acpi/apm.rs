//! `APM State` (hw/isa/apm.c): the two ports at 0xb2 through which firmware raises SMIs.

use vmsd_schema::VmState;

/// The ports.
#[derive(Default, VmState)]
#[vmstate(name = "APM State", version = 1)]
pub(crate) struct ApmState {
    /// The command port.
    apmc: u8,
    /// The status port.
    apms: u8,
}
