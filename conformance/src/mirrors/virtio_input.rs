//! `virtio-input` (hw/input/virtio-input.c): a keyboard, mouse, tablet or touch screen.

use vmsd_schema::codec::virtio::Input;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The device.
#[derive(VmState)]
#[vmstate(name = "virtio-input", version = 1)]
pub(crate) struct VirtioInput {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Input>,
}

behind_buses!(VirtioInput);
