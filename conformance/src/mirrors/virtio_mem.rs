//! `virtio-mem` (hw/virtio/virtio-mem.c): memory that comes and goes.

use vmsd_schema::codec::virtio::Mem;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The memory.
#[derive(VmState)]
#[vmstate(name = "virtio-mem", version = 1)]
pub(crate) struct VirtioMem {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Mem>,
}

behind_buses!(VirtioMem);
