//! `usb-kbd` (hw/usb/dev-hid.c): a USB keyboard.

use vmsd_schema::VmState;

use super::usb::{HidKeyboard, UsbDevice};

/// The keyboard.
#[derive(Default, VmState)]
#[vmstate(name = "usb-kbd", version = 1)]
pub(crate) struct UsbKbd {
    dev: UsbDevice,
    hid: HidKeyboard,
}
