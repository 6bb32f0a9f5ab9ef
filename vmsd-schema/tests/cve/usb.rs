//! What every USB device has: the control transfer that is under way.

use vmsd_schema::VmState;

/// Bytes of `data_buf`, which stays at home.
const DATA: usize = 4096;

#[derive(Default, VmState)]
#[vmstate(name = "USBDevice", version = 1)]
pub(super) struct UsbDevice {
    addr: u8,
    state: i32,
    remote_wakeup: i32,
    setup_state: i32,
    #[vmstate(max = DATA)]
    setup_len: i32,
    #[vmstate(max = self.setup_len)]
    setup_index: i32,
    setup_buf: [u8; 8],
}
