//! `TMP105` (hw/sensor/tmp105.c): a thermometer on an I2C bus.

use vmsd_schema::VmState;

use super::i2c_slave::I2cSlave;

/// The sensor.
#[derive(Default, VmState)]
#[vmstate(name = "TMP105", version = 0)]
pub(crate) struct Tmp105 {
    /// Bytes of the message so far.
    len: u8,
    buf: [u8; 2],
    pointer: u8,
    config: u8,
    /// In 1/256 °C, like the limits.
    temperature: i16,
    limit: [i16; 2],
    alarm: u8,
    i2c: I2cSlave,
    /// While the alarm waits for the temperature to fall.
    #[vmstate(subsection)]
    detect_falling: Option<DetectFalling>,
}

/// Which way the temperature must go (`vmstate_tmp105_detect_falling`).
#[derive(Default, VmState)]
#[vmstate(name = "TMP105/detect-falling", version = 1)]
struct DetectFalling {
    detect_falling: bool,
}
