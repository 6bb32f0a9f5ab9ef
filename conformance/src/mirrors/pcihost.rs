//! `PCIHost` (hw/pci/pci_host.c): the ports 0xcf8 and 0xcfc.

use vmsd_schema::VmState;

/// A host bridge from the CPU's side.
#[derive(Default, VmState)]
#[vmstate(name = "PCIHost", version = 1)]
pub(crate) struct PciHost {
    /// Which register of which function the data port shows.
    config_reg: u32,
}
