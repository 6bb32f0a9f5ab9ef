//! `PIIX3` (hw/isa/piix.c): the ISA bridge of the `pc` machine.

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The bridge and the PCI interrupts that it routes.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "PIIX3", version = 3, minimum_version = 2)]
pub struct Piix3 {
    /// The PCI device.
    pub dev: PciDevice,
    /// The levels of the PCI interrupt lines, which the bus sends too.
    #[vmstate(since = 3)]
    pub pci_irq_levels_vmstate: [i32; 4],
    /// Sent when the register is not zero.
    #[vmstate(subsection)]
    pub rcr: Option<Piix3Rcr>,
}

/// The reset control register at port 0xcf9.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "PIIX3/rcr", version = 1)]
pub struct Piix3Rcr {
    /// Bit 1: hard reset; bit 2: reset now.
    pub rcr: u8,
}
