//! Registers of later extensions of the architecture.

use vmsd_schema::VmState;

/// Bounds checks.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/mpx", version = 1, prefix = "env.")]
pub(super) struct Mpx {
    bnd_regs: [BndReg; 4],
    #[vmstate(name = "env.bndcs_regs.cfgu")]
    cfgu: u64,
    #[vmstate(name = "env.bndcs_regs.sts")]
    sts: u64,
    msr_bndcfgs: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "bnd_regs", version = 1)]
struct BndReg {
    lb: u64,
    ub: u64,
}

/// Masks, and what vectors of 512 bits have beyond those of 256.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/avx512", version = 1, prefix = "env.")]
pub(super) struct Avx512 {
    opmask_regs: [u64; 8],
    /// Bits 256 to 511 of registers 0 to 15.
    #[vmstate(name = "env.xmm_regs")]
    zmmh_regs: [ZmmhReg; 16],
    /// Registers 16 to 31.
    #[vmstate(name = "env.xmm_regs")]
    hi16_zmm_regs: [Hi16ZmmReg; 16],
}

#[derive(Default, VmState)]
#[vmstate(name = "zmmh_reg", version = 1)]
struct ZmmhReg {
    #[vmstate(name = "_q_ZMMReg[4]")]
    q4: u64,
    #[vmstate(name = "_q_ZMMReg[5]")]
    q5: u64,
    #[vmstate(name = "_q_ZMMReg[6]")]
    q6: u64,
    #[vmstate(name = "_q_ZMMReg[7]")]
    q7: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "hi16_zmm_reg", version = 1)]
struct Hi16ZmmReg {
    #[vmstate(name = "_q_ZMMReg[0]")]
    q0: u64,
    #[vmstate(name = "_q_ZMMReg[1]")]
    q1: u64,
    #[vmstate(name = "_q_ZMMReg[2]")]
    q2: u64,
    #[vmstate(name = "_q_ZMMReg[3]")]
    q3: u64,
    #[vmstate(name = "_q_ZMMReg[4]")]
    q4: u64,
    #[vmstate(name = "_q_ZMMReg[5]")]
    q5: u64,
    #[vmstate(name = "_q_ZMMReg[6]")]
    q6: u64,
    #[vmstate(name = "_q_ZMMReg[7]")]
    q7: u64,
}

/// Protection keys of user pages.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/pkru", version = 1, prefix = "env.")]
pub(super) struct Pkru {
    pkru: u32,
}

/// Protection keys of supervisor pages.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/pkrs", version = 1, prefix = "env.")]
pub(super) struct Pkrs {
    pkrs: u32,
}

/// Page directory pointers that KVM holds for itself.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/pdptrs", version = 1, prefix = "env.")]
pub(super) struct Pdptrs {
    pdptrs: [u64; 4],
}

/// Matrix tiles.
#[derive(VmState)]
#[vmstate(name = "cpu/intel_amx_xtile", version = 1, prefix = "env.", default)]
pub(super) struct AmxXtile {
    xtilecfg: [u8; 64],
    xtiledata: Box<[u8; 8192]>,
}

/// Control-flow enforcement; newer than 10.0.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/cet", version = 1, prefix = "env.")]
pub(super) struct Cet {
    u_cet: u64,
    s_cet: u64,
    #[vmstate(subsection)]
    shstk: Option<ShadowStack>,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/cet_shstk", version = 1, prefix = "env.")]
struct ShadowStack {
    pl1_ssp: u64,
    pl2_ssp: u64,
    pl3_ssp: u64,
    int_ssp_table: u64,
    guest_ssp: u64,
}

/// General registers 16 to 31; newer than 10.0.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/apx", version = 1, prefix = "env.")]
pub(super) struct Apx {
    regs: [u64; 16],
}
