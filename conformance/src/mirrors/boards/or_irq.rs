//! `or-irq` (hw/core/or-irq.c): interrupt lines that become one.

use vmsd_schema::VmState;

/// Lines that every version sends.
const OLD_LINES: usize = 16;

/// The lines.
#[derive(VmState)]
#[vmstate(name = "or-irq", version = 1, default)]
pub(crate) struct OrIrq {
    levels: [bool; OLD_LINES],
    /// Sent when there are more than 16.
    #[vmstate(subsection)]
    extras: Option<Extras>,
}

/// All lines, the first sixteen again (`vmstate_or_irq_extras`).
#[derive(Default, VmState)]
#[vmstate(name = "or-irq-extras", version = 1)]
struct Extras {
    /// A property of the device.
    #[vmstate(skip)]
    num_lines: u16,
    #[vmstate(len = num_lines)]
    levels: Vec<bool>,
}
