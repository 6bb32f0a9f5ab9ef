//! `PCIBUS` (hw/pci/pci.c): the interrupt lines of a PCI bus.

use vmsd_schema::VmState;

/// How many devices raise each line.
#[derive(VmState)]
#[vmstate(name = "PCIBUS", version = 1, default)]
pub(crate) struct PciBus {
    /// Lines: 4 of a PIIX3, 8 of an ICH9, none of a bus behind a bridge.
    #[vmstate(equal, default = 4)]
    nirq: i32,
    /// Devices that raise the line.
    #[vmstate(len = nirq, default = vec![0; 4])]
    irq_count: Vec<i32>,
}
