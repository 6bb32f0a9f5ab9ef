//! `gpio-key` (hw/gpio/gpio_key.c): the power button of ARM virtual machines.

use vmsd_schema::{Timer, VmState};

/// The button.
#[derive(Default, VmState)]
#[vmstate(name = "gpio-key", version = 1)]
pub(crate) struct GpioKey {
    /// When it is let go.
    timer: Timer,
}
