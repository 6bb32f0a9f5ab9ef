//! `virtio-gpu` (hw/display/virtio-gpu.c): a graphics card.

use vmsd_schema::codec::virtio::{Bus, Gpu};
use vmsd_schema::codec::virtio_gpu::{Blobs, Resources};
use vmsd_schema::codec::{self, Virtio, VirtioDevice};
use vmsd_schema::VmState;

/// The card.
#[derive(VmState)]
#[vmstate(name = "virtio-gpu", version = 1)]
pub(crate) struct VirtioGpu {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Gpu>,
    #[vmstate(name = "virtio-gpu", with = codec::VirtioGpu)]
    gpu: Resources,
    #[vmstate(subsection)]
    blob: Option<GpuBlob>,
}

impl Default for VirtioGpu {
    fn default() -> Self {
        Self::behind(Bus::default())
    }
}

impl VirtioGpu {
    /// Behind `bus`.
    pub(crate) fn behind(bus: Bus) -> Self {
        Self {
            virtio: VirtioDevice::behind(bus, Gpu::default()),
            gpu: Resources::default(),
            blob: None,
        }
    }

    /// Of a machine type up to 8.2.
    pub(crate) fn without_framebuffers() -> Self {
        Self {
            gpu: Resources::plain(),
            ..Self::default()
        }
    }
}

/// Resources in the guest's own memory.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-gpu/blob", version = 1)]
struct GpuBlob {
    #[vmstate(name = "virtio-gpu/blob", with = codec::VirtioGpu)]
    resources: Blobs,
}
