//! `vmmouse`: the absolute pointer behind VMware's backdoor port (QEMU: hw/i386/vmmouse.c).

use vmsd_schema::VmState;

/// Words of the queue.
const VMMOUSE_QUEUE_SIZE: usize = 1024;

/// The pointer (`vmstate_vmmouse`).
#[derive(VmState)]
#[vmstate(name = "vmmouse", version = 0, default)]
pub(crate) struct Vmmouse {
    #[vmstate(equal, default = 1024)]
    queue_size: i32,
    queue: [u32; VMMOUSE_QUEUE_SIZE],
    /// Words in the queue: the index at which QEMU puts the next one.
    #[vmstate(max = len(queue))]
    nb_queue: u16,
    status: u16,
    absolute: u8,
}
