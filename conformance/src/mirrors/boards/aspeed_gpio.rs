//! `aspeed.gpio` (hw/gpio/aspeed_gpio.c): Aspeed's pins, in sets of 32.

use vmsd_schema::VmState;

/// Sets of pins, at most.
const SETS: usize = 8;

/// All pins.
#[derive(Default, VmState)]
#[vmstate(name = "aspeed.gpio", version = 1)]
pub(crate) struct AspeedGpio {
    #[vmstate(since = 1)]
    sets: [GpioRegs; SETS],
    debounce_regs: [u32; 3],
}

/// The registers of 32 pins (`vmstate_gpio_regs`).
#[derive(Default, VmState)]
#[vmstate(name = "aspeed.gpio/regs", version = 1)]
struct GpioRegs {
    data_value: u32,
    data_read: u32,
    direction: u32,
    int_enable: u32,
    int_sens_0: u32,
    int_sens_1: u32,
    int_sens_2: u32,
    int_status: u32,
    reset_tol: u32,
    cmd_source_0: u32,
    cmd_source_1: u32,
    debounce_1: u32,
    debounce_2: u32,
    input_mask: u32,
}
