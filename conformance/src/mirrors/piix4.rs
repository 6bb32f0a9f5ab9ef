//! `PIIX4` (hw/isa/piix.c): the ISA bridge of the `malta` machine, and of `pc` with `x-south-bridge=piix4-isa`.

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The bridge.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "PIIX4", version = 3, minimum_version = 2)]
pub struct Piix4 {
    /// The PCI device.
    pub dev: PciDevice,
    /// The reset control register at port 0xcf9.
    #[vmstate(since = 3)]
    pub rcr: u8,
}
