//! The registers of a standard hotplug controller (`shpc_vmstate_info`): raw bytes.

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// 36 bytes for the controller and 4 for each slot. QEMU has always made 31 slots (`SHPC_MAX_SLOTS`).
#[derive(Debug)]
pub enum Shpc {}

impl Codec<[u8; 160]> for Shpc {
    const MIN_SIZE: usize = 160;

    fn shape() -> Shape {
        Shape::leaf("shpc", 160)
    }

    fn save(registers: &mut [u8; 160], writer: &mut Writer) -> Result<()> {
        writer.bytes(registers);
        Ok(())
    }

    fn load(registers: &mut [u8; 160], loader: &mut Loader<'_>) -> Result<()> {
        *registers = loader.array()?;
        Ok(())
    }

    fn describe(registers: &mut [u8; 160], describer: &mut Describer) -> Result<()> {
        let bytes = Value::Bytes(registers.to_vec());
        describer.leaf("shpc", bytes, |writer| Self::save(registers, writer))
    }
}
