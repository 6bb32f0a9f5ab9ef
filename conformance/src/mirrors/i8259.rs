//! The interrupt controller of the PC/AT; a machine has two of them, master and slave.

use vmsd_schema::VmState;

/// One controller (`hw/intc/i8259_common.c`).
#[derive(Default, VmState)]
#[vmstate(name = "i8259", version = 1)]
pub(crate) struct I8259 {
    last_irr: u8,
    irr: u8,
    imr: u8,
    isr: u8,
    priority_add: u8,
    irq_base: u8,
    read_reg_select: u8,
    poll: u8,
    special_mask: u8,
    init_state: u8,
    auto_eoi: u8,
    rotate_on_auto_eoi: u8,
    special_fully_nested_mode: u8,
    init4: u8,
    single_mode: u8,
    elcr: u8,
    #[vmstate(subsection)]
    ltim: Option<Ltim>,
}

/// Sent while all inputs are level triggered; newer than 7.2.
#[derive(Default, VmState)]
#[vmstate(name = "i8259/ltim", version = 1)]
struct Ltim {
    ltim: u8,
}
