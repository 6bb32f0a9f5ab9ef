//! `virtio-balloon` (hw/virtio/virtio-balloon.c): memory that the guest lends to the host.

use vmsd_schema::codec::virtio::Balloon;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The device.
#[derive(VmState)]
#[vmstate(name = "virtio-balloon", version = 1)]
pub(crate) struct VirtioBalloon {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Balloon>,
}

behind_buses!(VirtioBalloon);
