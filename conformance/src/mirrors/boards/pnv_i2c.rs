//! `pnv-i2c` (hw/ppc/pnv_i2c.c): the I2C controller of a POWER chip.

use vmsd_schema::VmState;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "pnv-i2c", version = 1, minimum_version = 0)]
pub(crate) struct PnvI2c {
    regs: [u64; 32],
}
