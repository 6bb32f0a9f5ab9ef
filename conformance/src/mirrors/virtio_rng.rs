//! `virtio-rng` (hw/virtio/virtio-rng.c): random numbers for the guest.

use vmsd_schema::codec::virtio::Rng;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The device.
#[derive(VmState)]
#[vmstate(name = "virtio-rng", version = 1)]
pub(crate) struct VirtioRng {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Rng>,
}

behind_buses!(VirtioRng);
