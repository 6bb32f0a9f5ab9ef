//! `PCIDevice` (hw/pci/pci.c): what every PCI device migrates first.

use vmsd_schema::codec::{Boxed, Int32Le, PciConfig, PciIrqState};
use vmsd_schema::VmState;

/// The configuration space and the interrupt pins.
///
/// QEMU's table has `config` twice and sends one of them: 256 bytes of a conventional device, 4096 of a PCI Express
/// device. Some devices are either, by the bus they are plugged into.
#[derive(VmState)]
#[vmstate(name = "PCIDevice", version = 2, minimum_version = 1, default)]
pub(crate) struct PciDevice {
    /// The sender's layout, at most the destination's.
    #[vmstate(with = Int32Le, default = 2)]
    version_id: i32,
    /// `!pci_is_express()`.
    #[vmstate(skip, default = true)]
    conventional: bool,
    /// `pci_is_express()`.
    #[vmstate(skip)]
    express: bool,
    /// The space of a conventional device.
    #[vmstate(exists = conventional, with = PciConfig)]
    config: [u8; 256],
    /// The space of a PCI Express device.
    #[vmstate(name = "config", exists = express, with = Boxed<PciConfig>)]
    express_config: Box<[u8; 4096]>,
    /// The levels of INTA to INTD.
    #[vmstate(since = 2, with = PciIrqState)]
    irq_state: [bool; 4],
}

impl PciDevice {
    /// A PCI Express device.
    pub(crate) fn express() -> Self {
        Self {
            conventional: false,
            express: true,
            ..Self::default()
        }
    }
}
