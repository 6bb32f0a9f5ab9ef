//! `goldfish_tty` (hw/char/goldfish_tty.c): the serial port of m68k's `virt` machine.

use vmsd_schema::VmState;

use crate::mirrors::fifo8::Fifo8;

/// The port.
#[derive(Default, VmState)]
#[vmstate(name = "goldfish_tty", version = 1)]
pub(crate) struct GoldfishTty {
    /// The guest's buffer that the next command is about.
    data_len: u32,
    data_ptr: u64,
    int_enabled: bool,
    rx_fifo: Fifo8,
}
