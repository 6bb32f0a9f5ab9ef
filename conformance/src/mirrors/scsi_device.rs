//! `SCSIDevice` (hw/scsi/scsi-bus.c): what every SCSI device migrates, requests in flight included.

use vmsd_schema::codec::scsi_requests::Requests;
use vmsd_schema::codec::ScsiRequests;
use vmsd_schema::VmState;

/// The device.
#[derive(VmState)]
#[vmstate(name = "SCSIDevice", version = 1, default)]
pub(crate) struct ScsiDevice {
    /// What the guest must be told first.
    #[vmstate(name = "unit_attention.key")]
    unit_attention_key: u8,
    #[vmstate(name = "unit_attention.asc")]
    unit_attention_asc: u8,
    #[vmstate(name = "unit_attention.ascq")]
    unit_attention_ascq: u8,
    /// Whether `sense` is that.
    sense_is_ua: bool,
    /// What went wrong last: as many bytes as QEMU had room for up to 2.1.
    sense: [u8; 96],
    /// Its bytes.
    sense_len: u32,
    /// Requests that wait to be started again.
    #[vmstate(with = ScsiRequests)]
    pub(crate) requests: Requests,
    #[vmstate(subsection)]
    long_sense: Option<ScsiSense>,
}

/// The sense is longer than that.
#[derive(VmState)]
#[vmstate(name = "SCSIDevice/sense", version = 1, default)]
struct ScsiSense {
    /// The rest of the room.
    sense: [u8; 156],
}
