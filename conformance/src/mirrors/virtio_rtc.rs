//! `virtio-rtc` (QEMU 11.1): clocks for the guest.

use vmsd_schema::codec::virtio::Rtc;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The device.
#[derive(VmState)]
#[vmstate(name = "virtio-rtc", version = 1)]
pub(crate) struct VirtioRtc {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Rtc>,
}

behind_buses!(VirtioRtc);
