//! `gpex_root` (hw/pci-host/gpex.c): the first function behind the PCI Express host of virtual machines.

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The function; it is a conventional one.
#[derive(Default, VmState)]
#[vmstate(name = "gpex_root", version = 1)]
pub(crate) struct GpexRoot {
    parent_obj: PciDevice,
}
