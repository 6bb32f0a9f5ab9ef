//! `usb-ccid` (hw/usb/dev-smartcard-reader.c): a smart card reader.

use vmsd_schema::{Unused, VmState};

const BULK_OUT_DATA: usize = 65536;
const BULK_IN_DATA: usize = 384;
const ANSWERS: usize = 128;

/// The reader; the card is a section of its own.
#[derive(VmState)]
#[vmstate(name = "usb-ccid", version = 1, default)]
pub(crate) struct UsbCcid {
    #[vmstate(since = 1)]
    dev: CcidDevice,
    debug: u8,
    /// A message from the guest, and how much of it has come.
    #[vmstate(buffer)]
    bulk_out_data: Box<[u8; BULK_OUT_DATA]>,
    #[vmstate(max = BULK_OUT_DATA)]
    bulk_out_pos: u32,
    #[vmstate(name = "bmSlotICCState")]
    slot_icc_state: u8,
    powered: u8,
    notify_slot_change: u8,
    last_answer_error: u64,
    #[vmstate(name = "bError")]
    error: u8,
    #[vmstate(name = "bmCommandStatus")]
    command_status: u8,
    #[vmstate(name = "bProtocolNum")]
    protocol_num: u8,
    #[vmstate(name = "abProtocolDataStructure.data", buffer)]
    protocol_data: [u8; 7],
    #[vmstate(name = "ulProtocolDataStructureSize", max = 7)]
    protocol_data_size: u32,
    /// Messages to the guest, a ring; QEMU masks its ends at each use.
    #[vmstate(since = 1)]
    bulk_in_pending: [BulkIn; 8],
    bulk_in_pending_start: u32,
    bulk_in_pending_end: u32,
    /// Requests that the card has not answered. The ring's ends are not sent.
    #[vmstate(since = 1)]
    pending_answers: [Answer; ANSWERS],
    #[vmstate(max = ANSWERS)]
    pending_answers_num: u32,
    /// Was the state of a migration of the card.
    was_migration_state: Unused<1>,
    state_vmstate: u32,
}

/// The USB side. Alone among USB devices this one does not send a `USBDevice`.
#[derive(VmState)]
#[vmstate(name = "usb_device", version = 1, default)]
struct CcidDevice {
    addr: u8,
    #[vmstate(buffer)]
    setup_buf: [u8; 8],
    #[vmstate(buffer)]
    data_buf: Box<[u8; 4096]>,
}

/// A message to the guest, and how much of it has gone.
#[derive(VmState)]
#[vmstate(name = "CCID BulkIn state", version = 1, default)]
struct BulkIn {
    #[vmstate(buffer)]
    data: [u8; BULK_IN_DATA],
    #[vmstate(max = BULK_IN_DATA)]
    len: u32,
    #[vmstate(max = self.len)]
    pos: u32,
}

/// A request that the card has not answered.
#[derive(Default, VmState)]
#[vmstate(name = "CCID Answer state", version = 1)]
struct Answer {
    slot: u8,
    seq: u8,
}
