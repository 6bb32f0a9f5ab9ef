//! `vmmouse`: the absolute pointer behind VMware's backdoor port (QEMU: hw/i386/vmmouse.c).

use vmsd_schema::VmState;

/// Words of the queue.
pub const VMMOUSE_QUEUE_SIZE: usize = 1024;

/// The pointer (`vmstate_vmmouse`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "vmmouse", version = 0, default)]
pub struct Vmmouse {
    #[vmstate(equal, default = 1024)]
    pub queue_size: i32,
    pub queue: [u32; VMMOUSE_QUEUE_SIZE],
    /// Words in the queue: the index at which QEMU puts the next one.
    #[vmstate(max = len(queue))]
    pub nb_queue: u16,
    pub status: u16,
    pub absolute: u8,
}
