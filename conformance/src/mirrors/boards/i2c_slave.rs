//! `I2CSlave` (hw/i2c/core.c): the part that all devices on an I2C bus have.

use vmsd_schema::VmState;

/// The device's side of the bus.
#[derive(Default, VmState)]
#[vmstate(name = "I2CSlave", version = 1)]
pub(crate) struct I2cSlave {
    address: u8,
}
