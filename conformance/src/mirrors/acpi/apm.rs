//! `APM State` (hw/isa/apm.c): the two ports at 0xb2 through which firmware raises SMIs.

use vmsd_schema::VmState;

/// The ports.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "APM State", version = 1)]
pub struct ApmState {
    /// The command port.
    pub apmc: u8,
    /// The status port.
    pub apms: u8,
}
