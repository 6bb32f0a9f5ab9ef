//! `virtio-scsi` (hw/scsi/virtio-scsi.c): a SCSI controller. Requests in flight stand in the sections of its disks.

use vmsd_schema::VmState;

use super::virtio::{behind_buses, plain_device, Blob, ConfigField, VirtioDevice};

/// The controller.
#[derive(VmState)]
#[vmstate(name = "virtio-scsi", version = 1)]
pub(crate) struct VirtioScsi {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Part>,
}

behind_buses!(VirtioScsi);
plain_device!(
    Part,
    [
        ConfigField::number("num_queues", 4),
        ConfigField::number("seg_max", 4),
        ConfigField::number("max_sectors", 4),
        ConfigField::number("cmd_per_lun", 4),
        ConfigField::number("event_info_size", 4),
        ConfigField::number("sense_size", 4),
        ConfigField::number("cdb_size", 4),
        ConfigField::number("max_channel", 2),
        ConfigField::number("max_target", 2),
        ConfigField::number("max_lun", 4),
    ]
);
