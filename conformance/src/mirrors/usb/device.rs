//! `USBDevice` (hw/usb/bus.c): what every USB device migrates first.

use vmsd_schema::VmState;

/// Bytes that the data stage of a control transfer may have.
const DATA_BUF: i32 = 4096;

/// Address, state and the control transfer that goes on.
///
/// The buffer of that transfer is not sent, only the cursor in it. CVE-2013-4541 and CVE-2014-3461 were the lack of
/// the two bounds; QEMU has since dropped them again, so it loads what this refuses.
#[derive(Default, VmState)]
#[vmstate(name = "USBDevice", version = 1)]
pub(crate) struct UsbDevice {
    addr: u8,
    state: i32,
    remote_wakeup: i32,
    setup_state: i32,
    #[vmstate(max = DATA_BUF)]
    setup_len: i32,
    #[vmstate(max = self.setup_len)]
    setup_index: i32,
    setup_buf: [u8; 8],
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    fn device(setup_len: i32, setup_index: i32) -> vmsd_schema::Result<()> {
        let mut bytes = save(&mut UsbDevice::default(), 1)?;
        bytes[13..17].copy_from_slice(&setup_len.to_be_bytes());
        bytes[17..21].copy_from_slice(&setup_index.to_be_bytes());
        load(&mut UsbDevice::default(), &bytes, 1)
    }

    #[test]
    fn cve_2013_4541_and_cve_2014_3461_the_transfer_stays_in_its_buffer() {
        device(4096, 4096).unwrap();
        for (setup_len, setup_index, name) in [
            (4097, 0, "setup_len"),
            (-1, 0, "setup_len"),
            (8, 9, "setup_index"),
            (8, -1, "setup_index"),
        ] {
            let error = device(setup_len, setup_index).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Bound);
            assert_eq!(error.path().as_str(), name);
        }
    }
}
