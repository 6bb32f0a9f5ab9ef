//! `stm32f2xx-spi` (hw/ssi/stm32f2xx_spi.c): an SPI controller of ST's microcontrollers.

use vmsd_schema::VmState;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "stm32f2xx-spi", version = 1)]
pub(crate) struct Stm32f2xxSpi {
    spi_cr1: u32,
    spi_cr2: u32,
    spi_sr: u32,
    spi_dr: u32,
    spi_crcpr: u32,
    spi_rxcrcr: u32,
    spi_txcrcr: u32,
    spi_i2scfgr: u32,
    spi_i2spr: u32,
}
