//! `ds1338` (hw/rtc/ds1338.c): a clock with a little memory on an I2C bus.

use vmsd_schema::VmState;

use super::i2c_slave::I2cSlave;

/// Bytes of memory; the time is in the first of them.
const NVRAM: usize = 64;

/// The clock.
#[derive(VmState)]
#[vmstate(name = "ds1338", version = 2, minimum_version = 1, default)]
pub(crate) struct Ds1338 {
    parent_obj: I2cSlave,
    offset: i64,
    #[vmstate(since = 2)]
    wday_offset: u8,
    #[vmstate(default = [0; NVRAM])]
    nvram: [u8; NVRAM],
    /// Where the next byte goes to or comes from.
    #[vmstate(max = NVRAM - 1)]
    ptr: i32,
    addr_byte: bool,
}
