//! `usb-storage` (hw/usb/dev-storage.c): a disk behind the bulk-only transport; also `usb-bot`, where the guest sees a
//! SCSI bus.

use vmsd_schema::VmState;

use super::usb::UsbDevice;

/// The transport; the disk is a section of its own.
#[derive(Default, VmState)]
#[vmstate(name = "usb-storage", version = 1)]
pub(crate) struct UsbStorage {
    dev: UsbDevice,
    /// What comes next: command, data out, data in, status.
    mode: u32,
    /// Bytes of the disk's buffer that were not copied yet, and where they begin. QEMU asks the disk for that buffer
    /// anew after the load.
    scsi_len: u32,
    scsi_off: u32,
    /// Bytes that the guest still expects.
    data_len: u32,
    /// The status that goes out at the end: little-endian on the bus.
    #[vmstate(name = "csw.sig")]
    csw_sig: u32,
    #[vmstate(name = "csw.tag")]
    csw_tag: u32,
    #[vmstate(name = "csw.residue")]
    csw_residue: u32,
    #[vmstate(name = "csw.status")]
    csw_status: u8,
}
