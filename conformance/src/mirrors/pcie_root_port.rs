//! `pcie-root-port` (hw/pci-bridge/gen_pcie_root_port.c): a slot of a PCI Express machine.

use vmsd_schema::VmState;

use super::pci::{Msix, PciDevice, PcieAerLog};

/// The port. The names are those of the C expressions that reach a base class.
#[derive(VmState)]
#[vmstate(name = "pcie-root-port", version = 1, priority = PciBus, default)]
pub(crate) struct PcieRootPort {
    #[vmstate(name = "parent_obj.parent_obj.parent_obj", default = PciDevice::express())]
    pci: PciDevice,
    #[vmstate(name = "parent_obj.parent_obj.parent_obj.exp.aer_log")]
    aer_log: PcieAerLog,
    /// Machine types from 2.10 on migrate the vector (`x-migrate-msix`); QEMU 11.1 has no others.
    #[vmstate(skip, default = true)]
    migrates_msix: bool,
    #[vmstate(name = "parent_obj.parent_obj.parent_obj.parent_obj", exists = migrates_msix)]
    #[vmstate(default = Msix::with_vectors(1))]
    msix: Msix,
}

impl PcieRootPort {
    /// On machine types up to 2.9.
    pub(crate) fn without_msix() -> Self {
        Self {
            migrates_msix: false,
            ..Self::default()
        }
    }
}
