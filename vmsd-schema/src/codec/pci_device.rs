//! `PCIDevice` (hw/pci/pci.c): what every PCI device migrates first.

use super::{Boxed, Int32Le, PciConfig, PciIrqState};
use crate::VmState;

/// The configuration space and the interrupt pins.
///
/// QEMU's table has `config` twice and sends one of them: 256 bytes of a conventional device, 4096 of a PCI Express
/// device. Some devices are either, by the bus they are plugged into.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "PCIDevice", version = 2, minimum_version = 1, default)]
pub struct PciDevice {
    /// The sender's layout, at most the destination's.
    #[vmstate(with = Int32Le, default = 2)]
    pub version_id: i32,
    /// `!pci_is_express()`.
    #[vmstate(skip, default = true)]
    pub conventional: bool,
    /// `pci_is_express()`.
    #[vmstate(skip)]
    pub express: bool,
    /// The space of a conventional device.
    #[vmstate(exists = conventional, with = PciConfig)]
    pub config: [u8; 256],
    /// The space of a PCI Express device.
    #[vmstate(name = "config", exists = express, with = Boxed<PciConfig>)]
    pub express_config: Box<[u8; 4096]>,
    /// The levels of INTA to INTD.
    #[vmstate(since = 2, with = PciIrqState)]
    pub irq_state: [bool; 4],
}

impl PciDevice {
    /// A PCI Express device.
    #[must_use]
    pub fn express() -> Self {
        Self {
            conventional: false,
            express: true,
            ..Self::default()
        }
    }

    /// The space, as much of it as the device has.
    #[must_use]
    pub fn space(&self) -> &[u8] {
        if self.express {
            self.express_config.as_slice()
        } else {
            &self.config
        }
    }

    /// The vectors of the MSI-X capability, if there is one.
    #[must_use]
    pub fn msix_vectors(&self) -> Option<u16> {
        let at = capability(self.space(), CAP_MSIX)?;
        let control = self.space().get(at + 2..)?.first_chunk()?;
        Some((u16::from_le_bytes(*control) & 0x7ff) + 1)
    }
}

/// MSI-X.
const CAP_MSIX: u8 = 0x11;
/// PCI Express.
pub(super) const CAP_EXPRESS: u8 = 0x10;

/// Whether the configuration space `config` has the capability `id`.
pub(super) fn config_has(config: &[u8], id: u8) -> bool {
    capability(config, id).is_some()
}

/// Where the capability `id` starts. The list is the device's; a guest cannot write it, a stream can.
fn capability(config: &[u8], id: u8) -> Option<usize> {
    const STATUS_HAS_LIST: u8 = 0x10;
    if config.get(0x06)? & STATUS_HAS_LIST == 0 {
        return None;
    }
    let mut at = usize::from(config.get(0x34)? & !3);
    for _ in 0..64 {
        if at < 0x40 {
            return None;
        }
        if *config.get(at)? == id {
            return Some(at);
        }
        at = usize::from(config.get(at + 1)? & !3);
    }
    None
}
