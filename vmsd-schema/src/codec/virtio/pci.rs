//! Virtio over PCI (hw/virtio/virtio-pci.c).

use crate::codec::{MsixTable, Nested, PciDevice};
use crate::schema::Shape;
use crate::vmstate::Describer;
use crate::wire::Writer;
use crate::{Codec, Loader, Mode, Result, Unused, VmState};

use crate::codec::pci_device::{config_has, CAP_EXPRESS};

/// The PCI function in front of the device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VirtioPci {
    /// The function.
    pub pci_dev: PciDevice,
    /// Its vectors, if it has the capability.
    pub msix: MsixTable,
    /// The vector of changes in the configuration.
    pub config_vector: u16,
}

/// A function that is conventional or express by the bus it is plugged into. Without a destination its capabilities tell.
pub(super) enum ProxyDevice {}

impl Codec<PciDevice> for ProxyDevice {
    const NESTS: bool = true;

    fn shape() -> Shape {
        <Nested as Codec<PciDevice>>::shape()
    }

    fn save(value: &mut PciDevice, writer: &mut Writer) -> Result<()> {
        Nested::save(value, writer)
    }

    fn load(value: &mut PciDevice, loader: &mut Loader<'_>) -> Result<()> {
        if loader.mode() == Mode::Inspect {
            // Behind the layout's version.
            let config = loader.rest().get(4..260).unwrap_or_default();
            if config_has(config, CAP_EXPRESS) {
                *value = PciDevice::express();
            }
        }
        Nested::load(value, loader)
    }

    fn describe(value: &mut PciDevice, describer: &mut Describer) -> Result<()> {
        Nested::describe(value, describer)
    }
}

/// The bus's own subsection (`virtio_pci_save_extra_state`); nothing but subsections.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio_pci", version = 1)]
pub struct VirtioPciExtra {
    #[vmstate(subsection)]
    pub modern_state: Option<ModernState>,
}

/// Registers of a modern device.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio_pci/modern_state", version = 1, default)]
pub struct ModernState {
    /// Which features of the device are shown.
    pub dfselect: u32,
    /// Which features of the driver are shown.
    pub gfselect: u32,
    /// Features as the driver wrote them.
    pub guest_features: [u32; 2],
    /// Queues as the driver wrote them.
    pub vqs: Box<[ModernQueueState; 1024]>,
    /// Since 11.0.
    #[vmstate(subsection)]
    pub features128: Option<Features128>,
}

/// A queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio_pci/modern_queue_state", version = 1)]
pub struct ModernQueueState {
    /// Its entries.
    pub num: u16,
    /// The upper half of `enabled`.
    pub was_enabled: Unused<1>,
    /// Whether it is in use.
    pub enabled: bool,
    /// Where its descriptors are: the lower half, the upper half.
    pub desc: [u32; 2],
    /// Where the driver's ring is.
    pub avail: [u32; 2],
    /// Where the device's ring is.
    pub used: [u32; 2],
}

/// Features from bit 64 on.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio_pci/modern_state/features128", version = 1)]
pub struct Features128 {
    /// Features as the driver wrote them.
    pub guest_features: [u32; 2],
}
