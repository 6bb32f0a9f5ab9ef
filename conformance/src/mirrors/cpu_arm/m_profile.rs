//! Microcontrollers (M profile of ARM): exceptions, stacks, and the secure side of a processor that has one.

use vmsd_schema::VmState;

use super::mpu::{regions, REGIONS};

/// Cache selections are four bits (`R_V7M_CSSELR_INDEX_MASK`).
const CSSELR_MAX: u32 = 15;

/// Registers of the non-secure side (`vmstate_m`).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m", version = 4, prefix = "env.v7m.")]
pub(super) struct M {
    #[vmstate(name = "env.v7m.vecbase[M_REG_NS]")]
    vecbase: u32,
    #[vmstate(name = "env.v7m.basepri[M_REG_NS]")]
    basepri: u32,
    #[vmstate(name = "env.v7m.control[M_REG_NS]")]
    control: u32,
    #[vmstate(name = "env.v7m.ccr[M_REG_NS]")]
    ccr: u32,
    #[vmstate(name = "env.v7m.cfsr[M_REG_NS]")]
    cfsr: u32,
    hfsr: u32,
    dfsr: u32,
    #[vmstate(name = "env.v7m.mmfar[M_REG_NS]")]
    mmfar: u32,
    bfar: u32,
    #[vmstate(name = "env.v7m.mpu_ctrl[M_REG_NS]")]
    mpu_ctrl: u32,
    exception: i32,
    #[vmstate(subsection)]
    faultmask_primask: Option<FaultmaskPrimask>,
    #[vmstate(subsection)]
    csselr: Option<Csselr>,
    #[vmstate(subsection)]
    scr: Option<Scr>,
    #[vmstate(subsection)]
    other_sp: Option<OtherSp>,
    #[vmstate(subsection)]
    v8m: Option<V8m>,
    #[vmstate(subsection)]
    fp: Option<Fp>,
    #[vmstate(subsection)]
    mve: Option<Mve>,
}

/// What masks interrupts. Old versions had it in the CPSR.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m/faultmask-primask", version = 1)]
struct FaultmaskPrimask {
    #[vmstate(name = "env.v7m.faultmask[M_REG_NS]")]
    faultmask: u32,
    #[vmstate(name = "env.v7m.primask[M_REG_NS]")]
    primask: u32,
}

/// The cache that the registers show, of both sides.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m/csselr", version = 1, prefix = "env.v7m.")]
struct Csselr {
    #[vmstate(validate = Self::csselr_is_valid)]
    csselr: [u32; 2],
}

impl Csselr {
    /// `csselr_vmstate_validate`.
    fn csselr_is_valid(&self, _version: u32) -> bool {
        self.csselr.iter().all(|cache| *cache <= CSSELR_MAX)
    }
}

/// System control.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m/scr", version = 1)]
struct Scr {
    #[vmstate(name = "env.v7m.scr[M_REG_NS]")]
    scr: u32,
}

/// The stack pointer that is not in use.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m/other-sp", version = 1, prefix = "env.v7m.")]
struct OtherSp {
    other_sp: u32,
}

/// Stack limits of ARMv8-M.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m/v8m", version = 1, prefix = "env.v7m.")]
struct V8m {
    msplim: [u32; 2],
    psplim: [u32; 2],
}

/// Floating point, of both sides.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m/fp", version = 1, prefix = "env.v7m.")]
struct Fp {
    fpcar: [u32; 2],
    fpccr: [u32; 2],
    fpdscr: [u32; 2],
    cpacr: [u32; 2],
    nsacr: u32,
}

/// Vectors (Helium).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/m/mve", version = 1, prefix = "env.v7m.")]
struct Mve {
    vpr: u32,
    ltpsize: u32,
}

/// The secure side, with its memory protection and the attribution unit (`vmstate_m_security`).
#[derive(VmState)]
#[vmstate(name = "cpu/m-security", version = 1, default)]
pub(super) struct MSecurity {
    #[vmstate(skip, default = REGIONS)]
    regions: u32,
    #[vmstate(skip, default = REGIONS)]
    sau_regions: u32,
    #[vmstate(name = "env.v7m.secure")]
    secure: u32,
    #[vmstate(name = "env.v7m.other_ss_msp")]
    other_ss_msp: u32,
    #[vmstate(name = "env.v7m.other_ss_psp")]
    other_ss_psp: u32,
    #[vmstate(name = "env.v7m.basepri[M_REG_S]")]
    basepri: u32,
    #[vmstate(name = "env.v7m.primask[M_REG_S]")]
    primask: u32,
    #[vmstate(name = "env.v7m.faultmask[M_REG_S]")]
    faultmask: u32,
    #[vmstate(name = "env.v7m.control[M_REG_S]")]
    control: u32,
    #[vmstate(name = "env.v7m.vecbase[M_REG_S]")]
    vecbase: u32,
    #[vmstate(name = "env.pmsav8.mair0[M_REG_S]")]
    mair0: u32,
    #[vmstate(name = "env.pmsav8.mair1[M_REG_S]")]
    mair1: u32,
    #[vmstate(name = "env.pmsav8.rbar[M_REG_S]", len = regions, default = regions())]
    rbar: Vec<u32>,
    #[vmstate(name = "env.pmsav8.rlar[M_REG_S]", len = regions, default = regions())]
    rlar: Vec<u32>,
    #[vmstate(name = "env.pmsav7.rnr[M_REG_S]", validate = Self::rnr_is_a_region)]
    rnr: u32,
    #[vmstate(name = "env.v7m.mpu_ctrl[M_REG_S]")]
    mpu_ctrl: u32,
    #[vmstate(name = "env.v7m.ccr[M_REG_S]")]
    ccr: u32,
    #[vmstate(name = "env.v7m.mmfar[M_REG_S]")]
    mmfar: u32,
    #[vmstate(name = "env.v7m.cfsr[M_REG_S]")]
    cfsr: u32,
    #[vmstate(name = "env.v7m.sfsr")]
    sfsr: u32,
    #[vmstate(name = "env.v7m.sfar")]
    sfar: u32,
    #[vmstate(name = "env.sau.rbar", len = sau_regions, default = regions())]
    sau_rbar: Vec<u32>,
    #[vmstate(name = "env.sau.rlar", len = sau_regions, default = regions())]
    sau_rlar: Vec<u32>,
    #[vmstate(name = "env.sau.rnr", validate = Self::sau_rnr_is_a_region)]
    sau_rnr: u32,
    #[vmstate(name = "env.sau.ctrl")]
    sau_ctrl: u32,
    #[vmstate(name = "env.v7m.scr[M_REG_S]")]
    scr: u32,
    #[vmstate(name = "env.v7m.aircr")]
    aircr: u32,
}

impl MSecurity {
    /// `s_rnr_vmstate_validate`.
    fn rnr_is_a_region(&self, _version: u32) -> bool {
        self.rnr < self.regions
    }

    /// `sau_rnr_vmstate_validate`.
    fn sau_rnr_is_a_region(&self, _version: u32) -> bool {
        self.sau_rnr < self.sau_regions
    }
}
