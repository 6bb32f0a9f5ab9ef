//! `imx.gpio` (hw/gpio/imx_gpio.c): 32 pins of NXP's i.MX.

use vmsd_schema::VmState;

/// The pins, a bit each; two for `icr`.
#[derive(Default, VmState)]
#[vmstate(name = "imx.gpio", version = 1)]
pub(crate) struct ImxGpio {
    dr: u32,
    gdir: u32,
    psr: u32,
    icr: u64,
    imr: u32,
    isr: u32,
    has_edge_sel: bool,
    edge_sel: u32,
}
