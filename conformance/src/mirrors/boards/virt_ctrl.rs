//! `virt-ctrl` (hw/misc/virt_ctrl.c): by which a guest turns a `virt` machine off.

use vmsd_schema::VmState;

/// The device.
#[derive(Default, VmState)]
#[vmstate(name = "virt-ctrl", version = 1)]
pub(crate) struct VirtCtrl {
    irq_enabled: u32,
}
