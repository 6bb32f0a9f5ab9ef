//! `i82801b11_bridge` (hw/pci-bridge/i82801b11.c): the bridge from DMI to PCI in the ICH9.

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The bridge. QEMU gives it no version, which is version 0.
#[derive(Default, VmState)]
#[vmstate(name = "i82801b11_bridge", version = 0, priority = PciBus)]
pub(crate) struct I82801b11Bridge {
    parent_obj: PciDevice,
}
