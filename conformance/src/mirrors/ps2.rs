//! What the PS/2 keyboard and the PS/2 mouse have in common: the queue to the guest (QEMU: hw/input/ps2.c).

use vmsd_schema::VmState;

/// Bytes of the ring. QEMU fills 16 or 24 of them and keeps 256 because old versions sent so many.
pub(crate) const PS2_BUFFER_SIZE: usize = 256;

/// The queue and the command that waits for its parameter (`vmstate_ps2_common`).
///
/// QEMU cuts indices from a stream down to the ring (`ps2_common_post_load`, after CVE-2017-16845); no QEMU sends one
/// outside it, so such a stream is refused here.
#[derive(VmState)]
#[vmstate(name = "PS2 Common State", version = 3, minimum_version = 2, default)]
pub(crate) struct Ps2Common {
    write_cmd: i32,
    #[vmstate(name = "queue.rptr", max = PS2_BUFFER_SIZE - 1)]
    rptr: i32,
    #[vmstate(name = "queue.wptr", max = PS2_BUFFER_SIZE - 1)]
    wptr: i32,
    #[vmstate(name = "queue.count", max = PS2_BUFFER_SIZE)]
    count: i32,
    #[vmstate(name = "queue.data", buffer)]
    data: [u8; PS2_BUFFER_SIZE],
}
