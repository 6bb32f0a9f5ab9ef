//! `scsi-disk` (hw/scsi/scsi-disk.c): `scsi-hd`, `scsi-cd`, `scsi-block`, and the disk inside `usb-storage`.

use vmsd_schema::codec::scsi_requests::{Form, Requests};
use vmsd_schema::VmState;

use super::scsi_device::ScsiDevice;

/// The disk.
#[derive(Default, VmState)]
#[vmstate(name = "scsi-disk", version = 1)]
pub(crate) struct ScsiDisk {
    qdev: ScsiDevice,
    /// Whether the medium is another.
    media_changed: bool,
    /// Whether the guest has not yet heard of it.
    media_event: bool,
    /// Whether the user wants the medium out.
    eject_request: bool,
    /// Whether the tray is open.
    tray_open: bool,
    /// Whether the guest keeps it shut.
    tray_locked: bool,
    #[vmstate(subsection)]
    pr: Option<PrState>,
}

impl ScsiDisk {
    /// With requests of this form.
    pub(crate) fn with_requests(form: Form) -> Self {
        let mut disk = Self::default();
        disk.qdev.requests = Requests::of(form);
        disk
    }
}

/// A host disk is reserved (QEMU 11.1).
#[derive(Default, VmState)]
#[vmstate(name = "scsi-disk/pr", version = 1, prefix = "qdev.pr_state.")]
struct PrState {
    /// The guest's key.
    key: u64,
    /// How.
    resv_type: u8,
}
