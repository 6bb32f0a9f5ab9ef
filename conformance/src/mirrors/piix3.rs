//! `PIIX3` (hw/isa/piix.c): the ISA bridge of the `pc` machine.

use vmsd_schema::VmState;

use super::pci::PciDevice;

/// The bridge and the PCI interrupts that it routes.
#[derive(Default, VmState)]
#[vmstate(name = "PIIX3", version = 3, minimum_version = 2)]
pub(crate) struct Piix3 {
    dev: PciDevice,
    /// The levels of the PCI interrupt lines, which the bus sends too.
    #[vmstate(since = 3)]
    pci_irq_levels_vmstate: [i32; 4],
    /// Sent when the register is not zero.
    #[vmstate(subsection)]
    rcr: Option<Piix3Rcr>,
}

/// The reset control register at port 0xcf9.
#[derive(Default, VmState)]
#[vmstate(name = "PIIX3/rcr", version = 1)]
struct Piix3Rcr {
    /// Bit 1: hard reset; bit 2: reset now.
    rcr: u8,
}
