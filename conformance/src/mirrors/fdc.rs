//! `fdc`: the floppy disk controller on the ISA bus (QEMU: hw/block/fdc.c and hw/block/fdc-isa.c).

use vmsd_schema::{Timer, VmState};

/// The ISA device (`vmstate_isa_fdc`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdc", version = 2)]
pub struct IsaFdc {
    pub state: Fdc,
}

/// The controller (`vmstate_fdc`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "fdc", version = 2, default)]
pub struct Fdc {
    pub sra: u8,
    pub srb: u8,
    /// The digital output register, with the selected drive in its lowest bits.
    pub dor_vmstate: u8,
    pub tdr: u8,
    pub dsr: u8,
    pub msr: u8,
    pub status0: u8,
    pub status1: u8,
    pub status2: u8,
    #[vmstate(len = fifo_size, default = vec![0; 512])]
    pub fifo: Vec<u8>,
    /// Counts through whole transfers; the place in the buffer is its remainder by 512.
    pub data_pos: u32,
    pub data_len: u32,
    pub data_state: u8,
    pub data_dir: u8,
    pub eot: u8,
    pub timer0: u8,
    pub timer1: u8,
    pub precomp_trk: u8,
    pub config: u8,
    pub lock: u8,
    pub pwrd: u8,
    #[vmstate(equal, default = 2)]
    pub num_floppies: u8,
    #[vmstate(since = 1)]
    pub drives: [Fdrive; 2],
    #[vmstate(subsection)]
    pub reset_sensei: Option<FdcResetSensei>,
    #[vmstate(subsection)]
    pub result_timer: Option<FdcResultTimer>,
    #[vmstate(subsection)]
    pub phase: Option<FdcPhase>,
    /// Never sent: one sector.
    #[vmstate(skip, default = 512)]
    pub fifo_size: i32,
}

/// SENSE INTERRUPT STATUS results that are due after a reset (`vmstate_fdc_reset_sensei`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdc/reset_sensei", version = 1)]
pub struct FdcResetSensei {
    pub reset_sensei: i32,
}

/// A READ ID that has not answered yet (`vmstate_fdc_result_timer`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdc/result_timer", version = 1)]
pub struct FdcResultTimer {
    pub result_timer: Timer,
}

/// The command phase where the registers alone would tell another (`vmstate_fdc_phase`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdc/phase", version = 1)]
pub struct FdcPhase {
    /// 1 command, 2 execution, 3 result; 0 asks the destination to tell it from the registers. QEMU aborts on others.
    #[vmstate(max = 3)]
    pub phase: u8,
}

/// One drive (`vmstate_fdrive`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdrive", version = 1)]
pub struct Fdrive {
    pub head: u8,
    pub track: u8,
    pub sect: u8,
    #[vmstate(subsection)]
    pub media_changed: Option<FdriveMediaChanged>,
    #[vmstate(subsection)]
    pub media_rate: Option<FdriveMediaRate>,
    #[vmstate(subsection)]
    pub perpendicular: Option<FdrivePerpendicular>,
}

/// A disk that was not changed since the guest last looked (`vmstate_fdrive_media_changed`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdrive/media_changed", version = 1)]
pub struct FdriveMediaChanged {
    pub media_changed: u8,
}

/// The data rate of the disk (`vmstate_fdrive_media_rate`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdrive/media_rate", version = 1)]
pub struct FdriveMediaRate {
    pub media_rate: u8,
}

/// Perpendicular recording (`vmstate_fdrive_perpendicular`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "fdrive/perpendicular", version = 1)]
pub struct FdrivePerpendicular {
    pub perpendicular: u8,
}
