//! `virtio-blk` (hw/block/virtio-blk.c): a disk.

use vmsd_schema::codec::virtio::Blk;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The disk.
#[derive(VmState)]
#[vmstate(name = "virtio-blk", version = 2)]
pub(crate) struct VirtioBlk {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Blk>,
}

behind_buses!(VirtioBlk);
