//! What KVM and Xen share with a guest that knows them.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "cpu/async_pf_msr", version = 1, prefix = "env.")]
pub(super) struct AsyncPf {
    async_pf_en_msr: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/async_pf_int_msr", version = 1, prefix = "env.")]
pub(super) struct AsyncPfInt {
    async_pf_int_msr: u64,
}

/// The end of interrupt by memory; QEMU's name for it is a slip.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/async_pv_eoi_msr", version = 1, prefix = "env.")]
pub(super) struct PvEoi {
    pv_eoi_en_msr: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/steal_time_msr", version = 1, prefix = "env.")]
pub(super) struct StealTime {
    steal_time_msr: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/poll_control_msr", version = 1, prefix = "env.")]
pub(super) struct PollControl {
    poll_control_msr: u64,
}

/// A guest of the emulated Xen; newer than 7.2.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/xen_vcpu", version = 1, prefix = "env.")]
pub(super) struct XenVcpu {
    xen_vcpu_info_gpa: u64,
    xen_vcpu_info_default_gpa: u64,
    xen_vcpu_time_info_gpa: u64,
    xen_vcpu_runstate_gpa: u64,
    xen_vcpu_callback_vector: u8,
    xen_virq: [u16; 24],
    xen_singleshot_timer_ns: u64,
    xen_periodic_timer_period: u64,
}
