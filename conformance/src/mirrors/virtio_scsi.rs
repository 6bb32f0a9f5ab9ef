//! `virtio-scsi` (hw/scsi/virtio-scsi.c): a SCSI controller. Requests in flight stand in the sections of its disks.

use vmsd_schema::codec::virtio::Scsi;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The controller.
#[derive(VmState)]
#[vmstate(name = "virtio-scsi", version = 1)]
pub(crate) struct VirtioScsi {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Scsi>,
}

behind_buses!(VirtioScsi);
