//! `PCIHost` (hw/pci/pci_host.c): the ports 0xcf8 and 0xcfc.

use vmsd_schema::VmState;

/// A host bridge from the CPU's side.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "PCIHost", version = 1)]
pub struct PciHost {
    /// Which register of which function the data port shows.
    pub config_reg: u32,
}
