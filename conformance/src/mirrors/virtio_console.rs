//! `virtio-console` (hw/char/virtio-serial-bus.c): the controller of serial ports; its section is named after its first
//! purpose.

mod ports;

use vmsd_schema::VmState;

use self::ports::Serial;
use super::virtio::{behind_buses, Blob, ConfigField, DevicePart, VirtioDevice};

/// The controller.
#[derive(VmState)]
#[vmstate(name = "virtio-console", version = 3)]
pub(crate) struct VirtioConsole {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Serial>,
}

behind_buses!(VirtioConsole);

impl DevicePart for Serial {
    const CONFIG: &'static [ConfigField] = &[
        ConfigField::number("cols", 2),
        ConfigField::number("rows", 2),
        ConfigField::number("max_nr_ports", 4),
        ConfigField::number("emerg_wr", 4),
    ];
}
