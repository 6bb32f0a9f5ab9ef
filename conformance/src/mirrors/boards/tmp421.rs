//! `TMP421` (hw/sensor/tmp421.c): a thermometer of up to four places on an I2C bus; the TMP422 and TMP423 as well.

use vmsd_schema::VmState;

use super::i2c_slave::I2cSlave;

/// The sensor.
#[derive(Default, VmState)]
#[vmstate(name = "TMP421", version = 0)]
pub(crate) struct Tmp421 {
    /// Bytes of the message so far.
    len: u8,
    buf: [u8; 2],
    pointer: u8,
    config: [u8; 2],
    status: u8,
    rate: u8,
    temperature: [i16; 4],
    i2c: I2cSlave,
}
