//! A byte array with its length (11.x: `vmstate_info_g_byte_array`).

use crate::error::{ErrorKind, Result};
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// be32 length, bytes.
#[derive(Debug)]
pub enum ByteArray {}

impl Codec<Vec<u8>> for ByteArray {
    const MIN_SIZE: usize = 4;

    fn shape() -> Shape {
        Shape::sized_by_value("GByteArray")
    }

    fn save(value: &mut Vec<u8>, writer: &mut Writer) -> Result<()> {
        let len = u32::try_from(value.len()).map_err(|_| {
            crate::Error::new(
                ErrorKind::Count,
                format!("{} bytes do not fit a 32-bit length", value.len()),
            )
        })?;
        writer.u32(len);
        writer.bytes(value);
        Ok(())
    }

    fn load(value: &mut Vec<u8>, loader: &mut Loader<'_>) -> Result<()> {
        let at = loader.offset();
        let len = loader.u32()?;
        let left = loader.remaining();
        let bytes = loader
            .bytes(usize::try_from(len).unwrap_or(usize::MAX))
            .map_err(|_| {
                crate::Error::at(
                    ErrorKind::Count,
                    at,
                    format!("the length {len}, and {left} bytes of input are left"),
                )
            })?;
        *value = bytes.to_vec();
        Ok(())
    }

    fn describe(value: &mut Vec<u8>, describer: &mut Describer) -> Result<()> {
        describer.leaf("GByteArray", Value::Bytes(value.clone()), |writer| {
            Self::save(value, writer)
        })
    }
}
