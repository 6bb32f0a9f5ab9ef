//! The DMA controller of the PC/AT; a machine has two of them.

use vmsd_schema::VmState;

/// An i8257 (`hw/dma/i8257.c`).
#[derive(Default, VmState)]
#[vmstate(name = "dma", version = 1)]
pub(crate) struct Dma {
    command: u8,
    mask: u8,
    flip_flop: u8,
    /// Shifts every address: 0 for the controller of bytes, 1 for that of words.
    #[vmstate(max = 1)]
    dshift: i32,
    #[vmstate(since = 1)]
    regs: [Channel; 4],
}

#[derive(Default, VmState)]
#[vmstate(name = "dma_regs", version = 1)]
struct Channel {
    now: [i32; 2],
    base: [u16; 2],
    mode: u8,
    page: u8,
    pageh: u8,
    dack: u8,
    eop: u8,
}
