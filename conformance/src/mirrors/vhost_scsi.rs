//! `virtio-vhost_scsi` (hw/scsi/vhost-scsi.c): a SCSI controller in the host's kernel.

use vmsd_schema::codec::virtio::Scsi;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The controller.
#[derive(VmState)]
#[vmstate(name = "virtio-vhost_scsi", version = 1)]
pub(crate) struct VhostScsi {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Scsi>,
}

behind_buses!(VhostScsi);
