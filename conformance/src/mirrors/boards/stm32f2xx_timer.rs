//! `stm32f2xx-timer` (hw/timer/stm32f2xx_timer.c): a timer of ST's microcontrollers.

use vmsd_schema::VmState;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "stm32f2xx-timer", version = 1)]
pub(crate) struct Stm32f2xxTimer {
    tick_offset: i64,
    tim_cr1: u32,
    tim_cr2: u32,
    tim_smcr: u32,
    tim_dier: u32,
    tim_sr: u32,
    tim_egr: u32,
    tim_ccmr1: u32,
    tim_ccmr2: u32,
    tim_ccer: u32,
    tim_psc: u32,
    tim_arr: u32,
    tim_ccr1: u32,
    tim_ccr2: u32,
    tim_ccr3: u32,
    tim_ccr4: u32,
    tim_dcr: u32,
    tim_dmar: u32,
    tim_or: u32,
}
