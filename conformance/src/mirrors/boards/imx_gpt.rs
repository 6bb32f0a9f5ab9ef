//! `imx25.gpt` (hw/timer/imx_gpt.c): the timer of NXP's i.MX; those of other chips send it as well, by its name.

use vmsd_schema::VmState;

use super::ptimer::Ptimer;

/// The timer.
#[derive(Default, VmState)]
#[vmstate(name = "imx25.gpt", version = 3)]
pub(crate) struct ImxGpt {
    cr: u32,
    pr: u32,
    sr: u32,
    ir: u32,
    ocr1: u32,
    ocr2: u32,
    ocr3: u32,
    icr1: u32,
    icr2: u32,
    cnt: u32,
    next_timeout: u32,
    next_int: u32,
    freq: u32,
    #[vmstate(since = 1)]
    timer: Ptimer,
}
