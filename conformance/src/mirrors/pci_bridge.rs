//! `pci_bridge` (hw/pci-bridge/pci_bridge_dev.c): a conventional bus behind another.

use vmsd_schema::codec::Shpc;
use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The bridge. QEMU gives it no version, which is version 0.
#[derive(VmState)]
#[vmstate(name = "pci_bridge", version = 0, priority = PciBus, default)]
pub(crate) struct PciBridge {
    parent_obj: PciDevice,
    /// Property `shpc`.
    #[vmstate(skip, default = true)]
    has_shpc: bool,
    #[vmstate(exists = has_shpc, with = Shpc)]
    shpc: [u8; 160],
}

impl PciBridge {
    /// With `shpc=off`.
    pub(crate) fn without_shpc() -> Self {
        Self {
            has_shpc: false,
            ..Self::default()
        }
    }
}
