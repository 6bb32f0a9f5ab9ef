//! `sdhci` (hw/sd/sdhci.c): a host controller of SD cards.

use vmsd_schema::{Timer, VmState};

/// Bytes of a block, where the machine does not say otherwise.
const BLOCK: u32 = 512;

/// The controller; on a PCI bus it is inside of a device that sends nothing else of its own.
#[derive(VmState)]
#[vmstate(name = "sdhci", version = 1, default)]
pub(crate) struct Sdhci {
    sdmasysad: u32,
    blksize: u16,
    blkcnt: u16,
    argument: u32,
    trnmod: u16,
    cmdreg: u16,
    rspreg: [u32; 4],
    prnsts: u32,
    hostctl1: u8,
    pwrcon: u8,
    blkgap: u8,
    wakcon: u8,
    clkcon: u16,
    timeoutcon: u8,
    admaerr: u8,
    norintsts: u16,
    errintsts: u16,
    norintstsen: u16,
    errintstsen: u16,
    norintsigen: u16,
    errintsigen: u16,
    acmd12errsts: u16,
    /// Where in the buffer the next byte goes.
    #[vmstate(max = self.buf_maxsz)]
    data_count: u16,
    admasysaddr: u64,
    stopped_state: u8,
    #[vmstate(since = 1, buffer, len = buf_maxsz, default = vec![0; BLOCK as usize])]
    fifo_buffer: Vec<u8>,
    insert_timer: Timer,
    transfer_timer: Timer,
    /// What the capabilities register says a block may have. Never sent.
    #[vmstate(skip, default = BLOCK)]
    buf_maxsz: u32,
    #[vmstate(subsection)]
    pending_insert: Option<PendingInsert>,
}

/// A card that was put in and not reported yet (`sdhci_pending_insert_vmstate`).
#[derive(Default, VmState)]
#[vmstate(name = "sdhci/pending-insert", version = 1)]
struct PendingInsert {
    pending_insert_state: bool,
}
