//! `m68k-irqc` (hw/intc/m68k_irqc.c): which interrupt levels of an m68k wait.

use vmsd_schema::VmState;

/// The levels, a bit each.
#[derive(Default, VmState)]
#[vmstate(name = "m68k-irqc", version = 1)]
pub(crate) struct M68kIrqc {
    ipr: u8,
}
