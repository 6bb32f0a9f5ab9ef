//! `tz-ppc` (hw/misc/tz-ppc.c): says which of sixteen devices are secure.

use vmsd_schema::VmState;

/// The controller.
#[derive(Default, VmState)]
#[vmstate(name = "tz-ppc", version = 1)]
pub(crate) struct TzPpc {
    cfg_nonsec: [bool; 16],
    cfg_ap: [bool; 16],
    cfg_sec_resp: bool,
    irq_enable: bool,
    irq_clear: bool,
    irq_status: bool,
}
