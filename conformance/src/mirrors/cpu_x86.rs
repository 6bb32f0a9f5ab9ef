//! An x86-64 processor: the registers that each has. What only some have is in subsections, by kind:
//! exceptions, extended registers, model-specific registers, and what KVM, Hyper-V and nesting add.

mod exception;
mod extended;
mod hyperv;
mod msr;
mod nested;
mod paravirtual;

use vmsd_schema::VmState;

/// The processor (`target/i386/machine.c`) as `qemu-system-x86_64` has it; the 32-bit target has half the registers.
#[derive(VmState)]
#[vmstate(
    name = "cpu",
    version = 12,
    minimum_version = 11,
    prefix = "env.",
    default
)]
pub(crate) struct CpuX86 {
    regs: [u64; 16],
    eip: u64,
    eflags: u64,
    hflags: u32,

    fpuc: u16,
    fpus_vmstate: u16,
    fptag_vmstate: u16,
    #[vmstate(validate = Self::fpregs_are_softfloat)]
    fpregs_format_vmstate: u16,
    fpregs: [FpReg; 8],

    segs: [Segment; 6],
    ldt: Segment,
    tr: Segment,
    gdt: Segment,
    idt: Segment,
    sysenter_cs: u32,
    sysenter_esp: u64,
    sysenter_eip: u64,
    #[vmstate(name = "env.cr[0]")]
    cr0: u64,
    #[vmstate(name = "env.cr[2]")]
    cr2: u64,
    #[vmstate(name = "env.cr[3]")]
    cr3: u64,
    #[vmstate(name = "env.cr[4]")]
    cr4: u64,
    dr: [u64; 8],
    #[vmstate(default = -1)]
    a20_mask: i32,

    mxcsr: u32,
    xmm_regs: [XmmReg; 16],

    efer: u64,
    star: u64,
    lstar: u64,
    cstar: u64,
    fmask: u64,
    kernelgsbase: u64,
    smbase: u32,
    pat: u64,
    hflags2: u32,

    vm_hsave: u64,
    vm_vmcb: u64,
    tsc_offset: u64,
    intercept: u64,
    intercept_cr_read: u16,
    intercept_cr_write: u16,
    intercept_dr_read: u16,
    intercept_dr_write: u16,
    intercept_exceptions: u32,
    v_tpr: u8,

    mtrr_fixed: [u64; 11],
    mtrr_deftype: u64,
    #[vmstate(since = 8)]
    mtrr_var: [MtrrVar; 8],

    interrupt_injected: i32,
    mp_state: u32,
    tsc: u64,
    exception_nr: i32,
    soft_interrupt: u8,
    nmi_injected: u8,
    nmi_pending: u8,
    has_error_code: u8,
    sipi_vector: u32,

    mcg_cap: u64,
    mcg_status: u64,
    mcg_ctl: u64,
    mce_banks: [u64; 40],
    tsc_aux: u64,
    system_time_msr: u64,
    wall_clock_msr: u64,

    #[vmstate(since = 12)]
    xcr0: u64,
    #[vmstate(since = 12)]
    xstate_bv: u64,
    #[vmstate(name = "env.xmm_regs", since = 12)]
    ymmh_regs: [YmmhReg; 16],

    #[vmstate(subsection)]
    exception_info: Option<exception::Info>,
    #[vmstate(subsection)]
    error_code: Option<exception::ErrorCode>,
    #[vmstate(subsection)]
    async_pf_msr: Option<paravirtual::AsyncPf>,
    #[vmstate(subsection)]
    async_pf_int_msr: Option<paravirtual::AsyncPfInt>,
    #[vmstate(subsection)]
    pv_eoi_msr: Option<paravirtual::PvEoi>,
    #[vmstate(subsection)]
    steal_time_msr: Option<paravirtual::StealTime>,
    #[vmstate(subsection)]
    poll_control_msr: Option<paravirtual::PollControl>,
    #[vmstate(subsection)]
    fpop_ip_dp: Option<exception::FpuPointers>,
    #[vmstate(subsection)]
    msr_tsc_adjust: Option<msr::TscAdjust>,
    #[vmstate(subsection)]
    msr_tscdeadline: Option<msr::TscDeadline>,
    #[vmstate(subsection)]
    msr_ia32_misc_enable: Option<msr::MiscEnable>,
    #[vmstate(subsection)]
    msr_ia32_feature_control: Option<msr::FeatureControl>,
    #[vmstate(subsection)]
    msr_architectural_pmu: Option<msr::ArchitecturalPmu>,
    #[vmstate(subsection)]
    mpx: Option<extended::Mpx>,
    #[vmstate(subsection)]
    msr_hyperv_hypercall: Option<hyperv::Hypercall>,
    #[vmstate(subsection)]
    msr_hyperv_vapic: Option<hyperv::Vapic>,
    #[vmstate(subsection)]
    msr_hyperv_time: Option<hyperv::Time>,
    #[vmstate(subsection)]
    msr_hyperv_crash: Option<hyperv::Crash>,
    #[vmstate(subsection)]
    msr_hyperv_runtime: Option<hyperv::Runtime>,
    #[vmstate(subsection)]
    msr_hyperv_synic: Option<hyperv::Synic>,
    #[vmstate(subsection)]
    msr_hyperv_stimer: Option<hyperv::Stimer>,
    #[vmstate(subsection)]
    msr_hyperv_reenlightenment: Option<hyperv::Reenlightenment>,
    #[vmstate(subsection)]
    avx512: Option<extended::Avx512>,
    #[vmstate(subsection)]
    xss: Option<msr::Xss>,
    #[vmstate(subsection)]
    umwait: Option<msr::Umwait>,
    #[vmstate(subsection)]
    tsc_khz: Option<msr::TscKhz>,
    #[vmstate(subsection)]
    msr_smi_count: Option<msr::SmiCount>,
    #[vmstate(subsection)]
    pkru: Option<extended::Pkru>,
    #[vmstate(subsection)]
    pkrs: Option<extended::Pkrs>,
    #[vmstate(subsection)]
    spec_ctrl: Option<msr::SpecCtrl>,
    #[vmstate(subsection)]
    amd_tsc_scale_msr: Option<msr::AmdTscScale>,
    #[vmstate(subsection)]
    mcg_ext_ctl: Option<msr::McgExtCtl>,
    #[vmstate(subsection)]
    intel_pt: Option<msr::IntelPt>,
    #[vmstate(subsection)]
    virt_ssbd: Option<msr::VirtSsbd>,
    #[vmstate(subsection)]
    svm_npt: Option<nested::SvmNpt>,
    #[vmstate(subsection)]
    svm_guest: Option<nested::SvmGuest>,
    #[vmstate(subsection)]
    nested_state: Option<nested::NestedState>,
    #[vmstate(subsection)]
    xen_vcpu: Option<paravirtual::XenVcpu>,
    #[vmstate(subsection)]
    msr_tsx_ctrl: Option<msr::TsxCtrl>,
    #[vmstate(subsection)]
    intel_sgx: Option<msr::IntelSgx>,
    #[vmstate(subsection)]
    pdptrs: Option<extended::Pdptrs>,
    #[vmstate(subsection)]
    msr_xfd: Option<msr::Xfd>,
    #[vmstate(subsection)]
    msr_hwcr: Option<msr::Hwcr>,
    #[vmstate(subsection)]
    fred: Option<msr::Fred>,
    #[vmstate(subsection)]
    amx_xtile: Option<extended::AmxXtile>,
    #[vmstate(subsection)]
    arch_lbr: Option<msr::ArchLbr>,
    #[vmstate(subsection)]
    triple_fault: Option<exception::TripleFault>,
    #[vmstate(subsection)]
    msr_pl0_ssp: Option<msr::Pl0Ssp>,
    #[vmstate(subsection)]
    cet: Option<extended::Cet>,
    #[vmstate(subsection)]
    apx: Option<extended::Apx>,
}

impl CpuX86 {
    /// `cpu_post_load`: another format is that of builds without softfloat.
    fn fpregs_are_softfloat(&self, _version: u32) -> bool {
        self.fpregs_format_vmstate == 0
    }
}

#[derive(Default, VmState)]
#[vmstate(name = "segment", version = 1)]
struct Segment {
    selector: u32,
    base: u64,
    limit: u32,
    flags: u32,
}

/// QEMU gives it and its parts no version, which is version 0.
#[derive(Default, VmState)]
#[vmstate(name = "fpreg", version = 0)]
struct FpReg {
    /// QEMU holds a register of 80 bits and takes it apart to send it.
    #[vmstate(tmp)]
    parts: FpRegParts,
}

#[derive(Default, VmState)]
#[vmstate(name = "fpreg_tmp", version = 0)]
struct FpRegParts {
    tmp_mant: u64,
    tmp_exp: u16,
}

/// Bits 0 to 127 of a vector register.
#[derive(Default, VmState)]
#[vmstate(name = "xmm_reg", version = 1)]
struct XmmReg {
    #[vmstate(name = "_q_ZMMReg[0]")]
    q0: u64,
    #[vmstate(name = "_q_ZMMReg[1]")]
    q1: u64,
}

/// Bits 128 to 255 of a vector register.
#[derive(Default, VmState)]
#[vmstate(name = "ymmh_reg", version = 1)]
struct YmmhReg {
    #[vmstate(name = "_q_ZMMReg[2]")]
    q2: u64,
    #[vmstate(name = "_q_ZMMReg[3]")]
    q3: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "mtrr_var", version = 1)]
struct MtrrVar {
    base: u64,
    mask: u64,
}
