//! Model-specific registers, each sent where a guest can have changed it.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_tsc_adjust", version = 1, prefix = "env.")]
pub(super) struct TscAdjust {
    tsc_adjust: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_tscdeadline", version = 1, prefix = "env.")]
pub(super) struct TscDeadline {
    tsc_deadline: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_ia32_misc_enable", version = 1, prefix = "env.")]
pub(super) struct MiscEnable {
    msr_ia32_misc_enable: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_ia32_feature_control", version = 1, prefix = "env.")]
pub(super) struct FeatureControl {
    msr_ia32_feature_control: u64,
}

/// Performance counters.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_architectural_pmu", version = 1, prefix = "env.")]
pub(super) struct ArchitecturalPmu {
    msr_fixed_ctr_ctrl: u64,
    msr_global_ctrl: u64,
    msr_global_status: u64,
    msr_global_ovf_ctrl: u64,
    msr_fixed_counters: [u64; 3],
    msr_gp_counters: [u64; 18],
    msr_gp_evtsel: [u64; 18],
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/xss", version = 1, prefix = "env.")]
pub(super) struct Xss {
    xss: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/umwait", version = 1, prefix = "env.")]
pub(super) struct Umwait {
    umwait: u32,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/tsc_khz", version = 1, prefix = "env.")]
pub(super) struct TscKhz {
    tsc_khz: i64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_smi_count", version = 1, prefix = "env.")]
pub(super) struct SmiCount {
    msr_smi_count: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/spec_ctrl", version = 1, prefix = "env.")]
pub(super) struct SpecCtrl {
    spec_ctrl: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/amd_tsc_scale_msr", version = 1, prefix = "env.")]
pub(super) struct AmdTscScale {
    amd_tsc_scale_msr: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/mcg_ext_ctl", version = 1, prefix = "env.")]
pub(super) struct McgExtCtl {
    mcg_ext_ctl: u64,
}

/// Processor trace.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/intel_pt", version = 1, prefix = "env.")]
pub(super) struct IntelPt {
    msr_rtit_ctrl: u64,
    msr_rtit_status: u64,
    msr_rtit_output_base: u64,
    msr_rtit_output_mask: u64,
    msr_rtit_cr3_match: u64,
    msr_rtit_addrs: [u64; 8],
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/virt_ssbd", version = 1, prefix = "env.")]
pub(super) struct VirtSsbd {
    virt_ssbd: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_tsx_ctrl", version = 1, prefix = "env.")]
pub(super) struct TsxCtrl {
    tsx_ctrl: u32,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/intel_sgx", version = 1, prefix = "env.")]
pub(super) struct IntelSgx {
    msr_ia32_sgxlepubkeyhash: [u64; 4],
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_xfd", version = 1, prefix = "env.")]
pub(super) struct Xfd {
    msr_xfd: u64,
    msr_xfd_err: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hwcr", version = 1, prefix = "env.")]
pub(super) struct Hwcr {
    msr_hwcr: u64,
}

/// Flexible return and event delivery.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/fred", version = 1, prefix = "env.")]
pub(super) struct Fred {
    fred_rsp0: u64,
    fred_rsp1: u64,
    fred_rsp2: u64,
    fred_rsp3: u64,
    fred_stklvls: u64,
    fred_ssp1: u64,
    fred_ssp2: u64,
    fred_ssp3: u64,
    fred_config: u64,
}

/// Records of the last branches.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/arch_lbr", version = 1, prefix = "env.")]
pub(super) struct ArchLbr {
    msr_lbr_ctl: u64,
    msr_lbr_depth: u64,
    #[vmstate(since = 1)]
    lbr_records: [LbrRecord; 32],
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_pl0_ssp", version = 1, prefix = "env.")]
pub(super) struct Pl0Ssp {
    pl0_ssp: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "lbr_records_var", version = 1)]
struct LbrRecord {
    from: u64,
    to: u64,
    info: u64,
}
