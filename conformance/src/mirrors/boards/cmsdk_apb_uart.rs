//! `cmsdk-apb-uart` (hw/char/cmsdk-apb-uart.c): the serial port of ARM's design kit.

use vmsd_schema::VmState;

/// The port.
#[derive(Default, VmState)]
#[vmstate(name = "cmsdk-apb-uart", version = 1)]
pub(crate) struct CmsdkApbUart {
    state: u32,
    ctrl: u32,
    intstatus: u32,
    bauddiv: u32,
    txbuf: u8,
    rxbuf: u8,
}
