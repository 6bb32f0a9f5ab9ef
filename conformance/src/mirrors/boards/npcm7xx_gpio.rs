//! `npcm7xx-gpio` (hw/gpio/npcm7xx_gpio.c): 32 of Nuvoton's pins.

use vmsd_schema::VmState;

/// The pins, a bit each.
#[derive(Default, VmState)]
#[vmstate(name = "npcm7xx-gpio", version = 0)]
pub(crate) struct Npcm7xxGpio {
    pin_level: u32,
    ext_level: u32,
    ext_driven: u32,
    regs: [u32; 32],
}
