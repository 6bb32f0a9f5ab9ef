//! `imx.i2c` (hw/i2c/imx_i2c.c): the I2C controller of NXP's i.MX.

use vmsd_schema::VmState;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "imx.i2c", version = 1)]
pub(crate) struct ImxI2c {
    address: u16,
    iadr: u16,
    ifdr: u16,
    i2cr: u16,
    i2sr: u16,
    i2dr_read: u16,
    i2dr_write: u16,
}
