//! `virtio-input` (hw/input/virtio-input.c): a keyboard, mouse, tablet or touch screen.

use vmsd_schema::VmState;

use super::virtio::{behind_buses, plain_device, Blob, ConfigField, VirtioDevice};

/// The device. Its kind is not in the stream: it answers questions that the guest selects.
#[derive(VmState)]
#[vmstate(name = "virtio-input", version = 1)]
pub(crate) struct VirtioInput {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Part>,
}

behind_buses!(VirtioInput);
plain_device!(
    Part,
    [
        ConfigField::number("select", 1),
        ConfigField::number("subsel", 1),
        ConfigField::number("size", 1),
        ConfigField::bytes("reserved", 5),
        ConfigField::bytes("u", 128),
    ]
);
