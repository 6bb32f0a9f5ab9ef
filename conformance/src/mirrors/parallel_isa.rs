//! `parallel_isa`: the parallel port (QEMU: hw/char/parallel.c).

use vmsd_schema::VmState;

/// The port (`vmstate_parallel_isa`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "parallel_isa", version = 1)]
pub struct ParallelIsa {
    #[vmstate(name = "state.dataw")]
    pub dataw: u8,
    #[vmstate(name = "state.datar")]
    pub datar: u8,
    #[vmstate(name = "state.status")]
    pub status: u8,
    #[vmstate(name = "state.control")]
    pub control: u8,
    #[vmstate(name = "state.irq_pending")]
    pub irq_pending: i32,
    #[vmstate(name = "state.epp_timeout")]
    pub epp_timeout: i32,
}
