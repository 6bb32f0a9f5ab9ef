//! `PCA9552` (hw/gpio/pca9552.c; earlier hw/misc): sixteen pins for LEDs on an I2C bus.

use vmsd_schema::VmState;

use super::i2c_slave::I2cSlave;

/// The chip.
#[derive(Default, VmState)]
#[vmstate(name = "PCA9552", version = 0)]
pub(crate) struct Pca9552 {
    /// Bytes of the message so far.
    len: u8,
    pointer: u8,
    regs: [u8; 10],
    /// What drives the pins from outside; since QEMU 9.0, in the same version.
    ext_state: [u8; 16],
    i2c: I2cSlave,
}
