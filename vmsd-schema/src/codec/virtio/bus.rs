//! The part of a virtio device that its bus writes (`VirtioBusClass`): PCI, memory-mapped registers, or a channel.

use crate::codec::{MsixState, MsixTable, Nested, PciDevice, Scalar};
use crate::vmstate::{FieldMeta, Visitor};
use crate::Result;

use super::ccw::VirtioCcwDev;
use super::meta;
use super::mmio::VirtioMmio;
use super::pci::{ProxyDevice, VirtioPci};

/// How the guest reaches a virtio device. No bus tells its name: the section's idstr does, and the destination knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bus {
    /// `virtio_pci_save_config`.
    Pci(Box<VirtioPci>),
    /// `virtio_mmio_save_config`.
    Mmio(VirtioMmio),
    /// `virtio_ccw_save_config`.
    Ccw(Box<VirtioCcwDev>),
}

static PCI_DEV: FieldMeta = meta("pci_dev");
static MSIX: FieldMeta = meta("msix");
static CONFIG_VECTOR: FieldMeta = meta("config_vector");
static MMIO: FieldMeta = meta("virtio_mmio");
static CCW: FieldMeta = meta("virtio_ccw");

/// No vector (`VIRTIO_NO_VECTOR`).
pub(super) const NO_VECTOR: u16 = 0xffff;

impl Default for Bus {
    fn default() -> Self {
        Self::Pci(Box::default())
    }
}

impl Bus {
    /// Memory-mapped registers.
    #[must_use]
    pub fn mmio() -> Self {
        Self::Mmio(VirtioMmio::default())
    }

    /// A channel device.
    #[must_use]
    pub fn ccw() -> Self {
        Self::Ccw(Box::default())
    }

    /// All buses, the one first that a field which begins with `bytes` most likely has: over PCI it begins with the
    /// version of `PCIDevice` and the vendor, over a channel with the number of its subsystem.
    pub(super) fn likeliest_first(bytes: &[u8]) -> [Self; 3] {
        const PCI: [u8; 6] = [0, 0, 0, 2, 0xf4, 0x1a];
        const CHANNELS: u8 = 0xfe;
        if bytes.starts_with(&PCI) {
            [Self::default(), Self::mmio(), Self::ccw()]
        } else if bytes.first() == Some(&CHANNELS) {
            [Self::ccw(), Self::mmio(), Self::default()]
        } else {
            [Self::mmio(), Self::default(), Self::ccw()]
        }
    }

    /// The vectors that queues can have; none where queues have no vector.
    pub(super) fn vectors(&self) -> Option<u16> {
        match self {
            Self::Pci(bus) => bus.pci_dev.msix_vectors(),
            Self::Mmio(_) => None,
            Self::Ccw(_) => Some(NO_VECTOR),
        }
    }

    /// Whether the guest chooses the alignment of a queue (`has_variable_vring_alignment`).
    pub(super) fn aligns_queues(&self) -> bool {
        matches!(self, Self::Mmio(_))
    }

    pub(super) fn visit<V: Visitor>(&mut self, visitor: &mut V) -> Result<()> {
        match self {
            Self::Pci(bus) => bus.visit(visitor),
            Self::Mmio(bus) => visitor.field::<VirtioMmio, Nested>(&MMIO, bus),
            Self::Ccw(bus) => visitor.field::<VirtioCcwDev, Nested>(&CCW, bus),
        }
    }
}

impl VirtioPci {
    /// How many vectors there are is never sent, but stands in the device's configuration space.
    fn visit<V: Visitor>(&mut self, visitor: &mut V) -> Result<()> {
        visitor.field::<PciDevice, ProxyDevice>(&PCI_DEV, &mut self.pci_dev)?;
        let Some(vectors) = self.pci_dev.msix_vectors() else {
            return Ok(());
        };
        if visitor.mark().is_some() {
            self.msix = MsixTable::with_vectors(usize::from(vectors));
        }
        visitor.field::<MsixTable, MsixState>(&MSIX, &mut self.msix)?;
        let at = visitor.mark();
        visitor.field::<u16, Scalar>(&CONFIG_VECTOR, &mut self.config_vector)?;
        if self.config_vector != NO_VECTOR {
            visitor.max(&CONFIG_VECTOR, at, self.config_vector, vectors - 1)?;
        }
        Ok(())
    }
}
