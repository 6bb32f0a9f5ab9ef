//! Registers of the Hyper-V interface.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_hypercall", version = 1, prefix = "env.")]
pub(super) struct Hypercall {
    msr_hv_guest_os_id: u64,
    msr_hv_hypercall: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_vapic", version = 1, prefix = "env.")]
pub(super) struct Vapic {
    msr_hv_vapic: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_time", version = 1, prefix = "env.")]
pub(super) struct Time {
    msr_hv_tsc: u64,
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_crash", version = 1, prefix = "env.")]
pub(super) struct Crash {
    msr_hv_crash_params: [u64; 5],
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_runtime", version = 1, prefix = "env.")]
pub(super) struct Runtime {
    msr_hv_runtime: u64,
}

/// The synthetic interrupt controller.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_synic", version = 1, prefix = "env.")]
pub(super) struct Synic {
    msr_hv_synic_control: u64,
    msr_hv_synic_evt_page: u64,
    msr_hv_synic_msg_page: u64,
    msr_hv_synic_sint: [u64; 16],
}

/// The synthetic timers.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_stimer", version = 1, prefix = "env.")]
pub(super) struct Stimer {
    msr_hv_stimer_config: [u64; 4],
    msr_hv_stimer_count: [u64; 4],
}

#[derive(Default, VmState)]
#[vmstate(name = "cpu/msr_hyperv_reenlightenment", version = 1, prefix = "env.")]
pub(super) struct Reenlightenment {
    msr_hv_reenlightenment_control: u64,
    msr_hv_tsc_emulation_control: u64,
    msr_hv_tsc_emulation_status: u64,
}
