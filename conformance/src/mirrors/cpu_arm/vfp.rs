//! Floating point and Advanced SIMD of an ARM processor.

use vmsd_schema::VmState;

use super::word::{Fpcr, Fpscr, Fpsr};

/// The registers, sent where the processor has them (`vmstate_vfp`).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/vfp", version = 3)]
pub(super) struct Vfp {
    #[vmstate(name = "env.vfp.zregs[0].d")]
    q0: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[1].d")]
    q1: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[2].d")]
    q2: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[3].d")]
    q3: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[4].d")]
    q4: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[5].d")]
    q5: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[6].d")]
    q6: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[7].d")]
    q7: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[8].d")]
    q8: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[9].d")]
    q9: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[10].d")]
    q10: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[11].d")]
    q11: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[12].d")]
    q12: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[13].d")]
    q13: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[14].d")]
    q14: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[15].d")]
    q15: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[16].d")]
    q16: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[17].d")]
    q17: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[18].d")]
    q18: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[19].d")]
    q19: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[20].d")]
    q20: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[21].d")]
    q21: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[22].d")]
    q22: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[23].d")]
    q23: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[24].d")]
    q24: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[25].d")]
    q25: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[26].d")]
    q26: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[27].d")]
    q27: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[28].d")]
    q28: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[29].d")]
    q29: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[30].d")]
    q30: [u64; 2],
    #[vmstate(name = "env.vfp.zregs[31].d")]
    q31: [u64; 2],
    /// FPSID, FPEXC and others, without FPSCR, which is number 1.
    #[vmstate(name = "env.vfp.xregs[0]")]
    fpsid: u32,
    #[vmstate(name = "env.vfp.xregs")]
    xregs: [u32; 14],
    /// Zero where the subsection says more.
    #[vmstate(with = Fpscr)]
    fpscr: u32,
    #[vmstate(subsection)]
    fpcr_fpsr: Option<FpcrFpsr>,
}

/// Sent when FPCR or FPSR has bits that FPSCR does not (`vmstate_vfp_fpcr_fpsr`).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/vfp/fpcr_fpsr", version = 1)]
struct FpcrFpsr {
    #[vmstate(with = Fpcr)]
    fpcr: u64,
    #[vmstate(with = Fpsr)]
    fpsr: u64,
}

/// The floating-point mode register (`FPMR`, 11.x).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/fpmr", version = 1, prefix = "env.vfp.")]
pub(super) struct Fpmr {
    fpmr: u64,
}

/// Intel's wireless MMX of XScale processors (up to 10.x).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/iwmmxt", version = 1, prefix = "env.iwmmxt.")]
pub(super) struct Iwmmxt {
    regs: [u64; 16],
    cregs: [u32; 16],
}
