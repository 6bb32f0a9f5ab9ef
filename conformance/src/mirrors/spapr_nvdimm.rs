//! An NVDIMM of a pseries guest, and the flushes that the guest began (QEMU: hw/ppc/spapr_nvdimm.c).

use vmsd_schema::VmState;

/// The NVDIMM (`vmstate_spapr_nvdimm_states`).
#[derive(Default, VmState)]
#[vmstate(name = "spapr_nvdimm_states", version = 1)]
pub(super) struct SpaprNvdimm {
    hcall_flush_required: bool,
    nvdimm_flush_token: u64,
    /// Those that are done, until the guest asks.
    #[vmstate(qlist, since = 1)]
    completed_nvdimm_flush_states: Vec<Flush>,
    #[vmstate(qlist, since = 1)]
    pending_nvdimm_flush_states: Vec<Flush>,
}

/// A flush (`vmstate_spapr_nvdimm_flush_state`).
#[derive(Default, VmState)]
#[vmstate(name = "spapr_nvdimm_flush_state", version = 1)]
struct Flush {
    continue_token: u64,
    hcall_ret: i64,
    drcidx: u32,
}
