//! `usb-ptr` (hw/usb/dev-hid.c): a USB mouse or tablet.

use vmsd_schema::VmState;

use super::usb::{HidPointer, UsbDevice};

/// The device.
#[derive(Default, VmState)]
#[vmstate(name = "usb-ptr", version = 1)]
pub(crate) struct UsbPtr {
    dev: UsbDevice,
    hid: HidPointer,
}
