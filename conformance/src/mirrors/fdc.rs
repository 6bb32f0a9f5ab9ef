//! `fdc`: the floppy disk controller on the ISA bus (QEMU: hw/block/fdc.c and hw/block/fdc-isa.c).

use vmsd_schema::{Timer, VmState};

/// The ISA device (`vmstate_isa_fdc`).
#[derive(Default, VmState)]
#[vmstate(name = "fdc", version = 2)]
pub(crate) struct IsaFdc {
    state: Fdc,
}

/// The controller (`vmstate_fdc`).
#[derive(VmState)]
#[vmstate(name = "fdc", version = 2, default)]
struct Fdc {
    sra: u8,
    srb: u8,
    /// The digital output register, with the selected drive in its lowest bits.
    dor_vmstate: u8,
    tdr: u8,
    dsr: u8,
    msr: u8,
    status0: u8,
    status1: u8,
    status2: u8,
    #[vmstate(len = fifo_size, default = vec![0; 512])]
    fifo: Vec<u8>,
    /// Counts through whole transfers; the place in the buffer is its remainder by 512.
    data_pos: u32,
    data_len: u32,
    data_state: u8,
    data_dir: u8,
    eot: u8,
    timer0: u8,
    timer1: u8,
    precomp_trk: u8,
    config: u8,
    lock: u8,
    pwrd: u8,
    #[vmstate(equal, default = 2)]
    num_floppies: u8,
    #[vmstate(since = 1)]
    drives: [Fdrive; 2],
    #[vmstate(subsection)]
    reset_sensei: Option<FdcResetSensei>,
    #[vmstate(subsection)]
    result_timer: Option<FdcResultTimer>,
    #[vmstate(subsection)]
    phase: Option<FdcPhase>,
    /// Never sent: one sector.
    #[vmstate(skip, default = 512)]
    fifo_size: i32,
}

/// SENSE INTERRUPT STATUS results that are due after a reset (`vmstate_fdc_reset_sensei`).
#[derive(Default, VmState)]
#[vmstate(name = "fdc/reset_sensei", version = 1)]
struct FdcResetSensei {
    reset_sensei: i32,
}

/// A READ ID that has not answered yet (`vmstate_fdc_result_timer`).
#[derive(Default, VmState)]
#[vmstate(name = "fdc/result_timer", version = 1)]
struct FdcResultTimer {
    result_timer: Timer,
}

/// The command phase where the registers alone would tell another (`vmstate_fdc_phase`).
#[derive(Default, VmState)]
#[vmstate(name = "fdc/phase", version = 1)]
struct FdcPhase {
    /// 1 command, 2 execution, 3 result; 0 asks the destination to tell it from the registers. QEMU aborts on others.
    #[vmstate(max = 3)]
    phase: u8,
}

/// One drive (`vmstate_fdrive`).
#[derive(Default, VmState)]
#[vmstate(name = "fdrive", version = 1)]
struct Fdrive {
    head: u8,
    track: u8,
    sect: u8,
    #[vmstate(subsection)]
    media_changed: Option<FdriveMediaChanged>,
    #[vmstate(subsection)]
    media_rate: Option<FdriveMediaRate>,
    #[vmstate(subsection)]
    perpendicular: Option<FdrivePerpendicular>,
}

/// A disk that was not changed since the guest last looked (`vmstate_fdrive_media_changed`).
#[derive(Default, VmState)]
#[vmstate(name = "fdrive/media_changed", version = 1)]
struct FdriveMediaChanged {
    media_changed: u8,
}

/// The data rate of the disk (`vmstate_fdrive_media_rate`).
#[derive(Default, VmState)]
#[vmstate(name = "fdrive/media_rate", version = 1)]
struct FdriveMediaRate {
    media_rate: u8,
}

/// Perpendicular recording (`vmstate_fdrive_perpendicular`).
#[derive(Default, VmState)]
#[vmstate(name = "fdrive/perpendicular", version = 1)]
struct FdrivePerpendicular {
    perpendicular: u8,
}
