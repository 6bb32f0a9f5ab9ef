//! `mch` (hw/pci-host/q35.c): the north bridge of the `q35` machine.

use vmsd_schema::{Unused, VmState};

use super::pci::PciDevice;

/// The memory controller hub as a PCI device: all it has is its configuration space.
#[derive(Default, VmState)]
#[vmstate(name = "mch", version = 1)]
pub(crate) struct Mch {
    parent_obj: PciDevice,
    /// Was `smm_enabled`.
    was_smm_enabled: Unused<1>,
}
