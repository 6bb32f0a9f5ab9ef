//! `pcie-pci-bridge` (hw/pci-bridge/pcie_pci_bridge.c): a conventional bus on a PCI Express machine.

use vmsd_schema::codec::Shpc;
use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The bridge. QEMU gives it no version, which is version 0.
#[derive(VmState)]
#[vmstate(name = "pcie-pci-bridge", version = 0, priority = PciBus, default)]
pub(crate) struct PciePciBridge {
    #[vmstate(default = PciDevice::express())]
    parent_obj: PciDevice,
    #[vmstate(with = Shpc)]
    shpc: [u8; 160],
}
