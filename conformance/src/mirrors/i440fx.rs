//! `I440FX` (hw/pci-host/i440fx.c): the north bridge of the `pc` machine.

use vmsd_schema::{Unused, VmState};

use super::pci::PciDevice;

/// The host bridge as a PCI device: all it has is its configuration space.
#[derive(Default, VmState)]
#[vmstate(name = "I440FX", version = 3)]
pub(crate) struct I440Fx {
    parent_obj: PciDevice,
    /// Was `smm_enabled`.
    was_smm_enabled: Unused<1>,
}
