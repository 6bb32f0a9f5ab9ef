//! `i2c_bus` (hw/i2c/core.c): which device an I2C bus talks to.

use vmsd_schema::VmState;

/// The bus.
#[derive(Default, VmState)]
#[vmstate(name = "i2c_bus", version = 1)]
pub(crate) struct I2cBus {
    /// The address of the transfer that goes on: 0 is a broadcast, 0xff none.
    saved_address: u8,
}
