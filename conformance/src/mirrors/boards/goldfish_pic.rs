//! `goldfish_pic` (hw/intc/goldfish_pic.c): the interrupt controller of m68k's `virt` machine.

use vmsd_schema::VmState;

/// One of six.
#[derive(Default, VmState)]
#[vmstate(name = "goldfish_pic", version = 1)]
pub(crate) struct GoldfishPic {
    pending: u32,
    enabled: u32,
}
