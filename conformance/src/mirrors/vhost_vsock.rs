//! `virtio-vhost_vsock` (hw/virtio/vhost-vsock.c): sockets between the guest and the host.

use vmsd_schema::codec::virtio::Vsock;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The sockets.
#[derive(VmState)]
#[vmstate(name = "virtio-vhost_vsock", version = 0)]
pub(crate) struct VhostVsock {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Vsock>,
}

behind_buses!(VhostVsock);
