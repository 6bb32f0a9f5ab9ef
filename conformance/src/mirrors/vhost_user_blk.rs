//! `vhost-user-blk` (hw/block/vhost-user-blk.c): a disk, served by another process.

use vmsd_schema::codec::virtio::VhostUserBlk;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The disk.
#[derive(VmState)]
#[vmstate(name = "vhost-user-blk", version = 1)]
pub(crate) struct VhostUserBlkDevice {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<VhostUserBlk>,
}

behind_buses!(VhostUserBlkDevice);
