//! Virtio over PCI (hw/virtio/virtio-pci.c).

use vmsd_schema::codec::{MsixTable, Nested};
use vmsd_schema::schema::Shape;
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Loader, Mode, Result, Unused, VmState};

use crate::mirrors::pci::{config_has, PciDevice, CAP_EXPRESS};

/// The PCI function in front of the device.
#[derive(Default)]
pub(crate) struct VirtioPci {
    pub(super) pci_dev: PciDevice,
    /// Its vectors, if it has the capability.
    pub(super) msix: MsixTable,
    /// The vector of changes in the configuration.
    pub(super) config_vector: u16,
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
#[derive(Default, VmState)]
#[vmstate(name = "virtio_pci", version = 1)]
pub(super) struct VirtioPciExtra {
    #[vmstate(subsection)]
    modern_state: Option<ModernState>,
}

/// Registers of a modern device.
#[derive(VmState)]
#[vmstate(name = "virtio_pci/modern_state", version = 1, default)]
struct ModernState {
    /// Which features of the device are shown.
    dfselect: u32,
    /// Which features of the driver are shown.
    gfselect: u32,
    /// Features as the driver wrote them.
    guest_features: [u32; 2],
    /// Queues as the driver wrote them.
    vqs: Box<[ModernQueueState; 1024]>,
    /// Since 11.0.
    #[vmstate(subsection)]
    features128: Option<Features128>,
}

/// A queue.
#[derive(Default, VmState)]
#[vmstate(name = "virtio_pci/modern_queue_state", version = 1)]
struct ModernQueueState {
    /// Its entries.
    num: u16,
    /// The upper half of `enabled`.
    was_enabled: Unused<1>,
    /// Whether it is in use.
    enabled: bool,
    /// Where its descriptors are: the lower half, the upper half.
    desc: [u32; 2],
    /// Where the driver's ring is.
    avail: [u32; 2],
    /// Where the device's ring is.
    used: [u32; 2],
}

/// Features from bit 64 on.
#[derive(Default, VmState)]
#[vmstate(name = "virtio_pci/modern_state/features128", version = 1)]
struct Features128 {
    /// Features as the driver wrote them.
    guest_features: [u32; 2],
}
