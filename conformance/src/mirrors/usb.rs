//! Parts that USB devices share.

mod device;
mod hid;

pub(crate) use device::UsbDevice;
pub(crate) use hid::{HidKeyboard, HidPointer};
