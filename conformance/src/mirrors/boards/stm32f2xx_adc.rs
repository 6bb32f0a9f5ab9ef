//! `stm32f2xx-adc` (hw/adc/stm32f2xx_adc.c): an analogue input of ST's microcontrollers.

use vmsd_schema::VmState;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "stm32f2xx-adc", version = 1)]
pub(crate) struct Stm32f2xxAdc {
    adc_sr: u32,
    adc_cr1: u32,
    adc_cr2: u32,
    adc_smpr1: u32,
    adc_smpr2: u32,
    adc_jofr: [u32; 4],
    adc_htr: u32,
    adc_ltr: u32,
    adc_sqr1: u32,
    adc_sqr2: u32,
    adc_sqr3: u32,
    adc_jsqr: u32,
    adc_jdr: [u32; 4],
    adc_dr: u32,
}
