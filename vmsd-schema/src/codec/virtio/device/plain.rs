//! Devices that migrate what every virtio device has, and their configuration space.

use crate::codec::virtio::{ConfigField, DevicePart};
use crate::VmState;

/// Defines such a device.
macro_rules! plain_devices {
    ($($(#[$doc:meta])* $part:ident { $($config:expr,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
        #[vmstate(name = "nothing", version = 0)]
        pub struct $part {}

        impl DevicePart for $part {
            const CONFIG: Option<&'static [ConfigField]> = Some(&[$($config),*]);
            const SENT: bool = false;
        }
    )*};
}

plain_devices! {
    /// `virtio-9p` (hw/9pfs/virtio-9p-device.c): a folder of the host. Its name is at most 32 bytes long.
    NineP {
        ConfigField::number("tag_len", 2),
        ConfigField::bytes("tag", 32),
    }

    /// `vhost-user-fs` (hw/virtio/vhost-user-fs.c): a folder of the host, served by another process.
    Fs {
        ConfigField::bytes("tag", 36),
        ConfigField::number("num_request_queues", 4),
        ConfigField::number("notify_buf_size", 4),
    }

    /// `virtio-gpu` (hw/display/virtio-gpu.c): a graphics card. What it shows stands in a field of its own.
    Gpu {
        ConfigField::number("events_read", 4),
        ConfigField::number("events_clear", 4),
        ConfigField::number("num_scanouts", 4),
        ConfigField::number("num_capsets", 4),
        ConfigField::number("blob_alignment", 4),
    }

    /// `virtio-input` (hw/input/virtio-input.c): a keyboard, mouse, tablet or touch screen. Its kind is not in the stream:
    /// it answers questions that the guest selects.
    Input {
        ConfigField::number("select", 1),
        ConfigField::number("subsel", 1),
        ConfigField::number("size", 1),
        ConfigField::bytes("reserved", 5),
        ConfigField::bytes("u", 128),
    }

    /// `virtio-rng` (hw/virtio/virtio-rng.c): random numbers for the guest.
    Rng {}

    /// `virtio-rtc` (QEMU 11.1): clocks for the guest.
    Rtc {}

    /// `virtio-scsi` (hw/scsi/virtio-scsi.c): a SCSI controller. Requests in flight stand in the sections of its disks.
    Scsi {
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
    }

    /// `vhost-vsock` (hw/virtio/vhost-vsock.c): sockets between the guest and the host.
    Vsock {
        ConfigField::number("guest_cid", 8),
    }
}

/// `vhost-user-blk` (hw/block/vhost-user-blk.c): a disk, served by another process. QEMU knows nothing of its requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "nothing", version = 0)]
pub struct VhostUserBlk {}

impl DevicePart for VhostUserBlk {
    const CONFIG: Option<&'static [ConfigField]> = super::Blk::CONFIG;
    const SENT: bool = false;
}
