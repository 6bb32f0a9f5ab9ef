//! `virtio-rng` (hw/virtio/virtio-rng.c): random numbers for the guest.

use vmsd_schema::VmState;

use super::virtio::{behind_buses, plain_device, Blob, VirtioDevice};

/// The device.
#[derive(VmState)]
#[vmstate(name = "virtio-rng", version = 1)]
pub(crate) struct VirtioRng {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Part>,
}

behind_buses!(VirtioRng);
plain_device!(Part, []);
