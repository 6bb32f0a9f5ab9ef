//! `virtio-console` (hw/char/virtio-serial-bus.c): the controller of serial ports; its section is named after its first
//! purpose.

use vmsd_schema::codec::virtio::Console;
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

use super::virtio::behind_buses;

/// The controller.
#[derive(VmState)]
#[vmstate(name = "virtio-console", version = 3)]
pub(crate) struct VirtioConsole {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Console>,
}

behind_buses!(VirtioConsole);
