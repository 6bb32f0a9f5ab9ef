//! `virtio-9p` (hw/9pfs/virtio-9p-device.c): a folder of the host.

use vmsd_schema::codec::virtio::NineP;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The folder. QEMU refuses to migrate while the guest has it mounted.
#[derive(VmState)]
#[vmstate(name = "virtio-9p", version = 1)]
pub(crate) struct Virtio9p {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<NineP>,
}

behind_buses!(Virtio9p);
