//! `virtio-iommu` (hw/virtio/virtio-iommu.c): translates the addresses of devices.

use vmsd_schema::codec::virtio::Iommu;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The unit. Version 1 of QEMU 5.2 knows no bypass and does not load in later ones.
#[derive(VmState)]
#[vmstate(name = "virtio-iommu", version = 2, priority = Iommu)]
pub(crate) struct VirtioIommu {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Iommu>,
}

behind_buses!(VirtioIommu);
