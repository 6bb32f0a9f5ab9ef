//! `parallel_isa`: the parallel port (QEMU: hw/char/parallel.c).

use vmsd_schema::VmState;

/// The port (`vmstate_parallel_isa`).
#[derive(Default, VmState)]
#[vmstate(name = "parallel_isa", version = 1)]
pub(crate) struct ParallelIsa {
    #[vmstate(name = "state.dataw")]
    dataw: u8,
    #[vmstate(name = "state.datar")]
    datar: u8,
    #[vmstate(name = "state.status")]
    status: u8,
    #[vmstate(name = "state.control")]
    control: u8,
    #[vmstate(name = "state.irq_pending")]
    irq_pending: i32,
    #[vmstate(name = "state.epp_timeout")]
    epp_timeout: i32,
}
