//! `virtio-rtc` (QEMU 11.1): clocks for the guest.

use vmsd_schema::VmState;

use super::virtio::{behind_buses, plain_device, Blob, VirtioDevice};

/// The device.
#[derive(VmState)]
#[vmstate(name = "virtio-rtc", version = 1)]
pub(crate) struct VirtioRtc {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Part>,
}

behind_buses!(VirtioRtc);
plain_device!(Part, []);
