//! `parallel_isa`: the parallel port (QEMU: hw/char/parallel.c).

use vmsd_schema::VmState;

/// The port (`vmstate_parallel_isa`).
#[derive(Default, VmState)]
#[vmstate(name = "parallel_isa", version = 1, prefix = "state.")]
pub(crate) struct ParallelIsa {
    dataw: u8,
    datar: u8,
    status: u8,
    control: u8,
    irq_pending: i32,
    epp_timeout: i32,
}
