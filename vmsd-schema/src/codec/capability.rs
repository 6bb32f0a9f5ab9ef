//! The name of a migration capability in the configuration section (`vmstate_info_capability`): a byte for its length,
//! and the name.

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// The name. What is no UTF-8 is no capability; it is kept as bytes all the same.
#[derive(Debug)]
pub enum Capability {}

impl Codec<Vec<u8>> for Capability {
    const MIN_SIZE: usize = 1;

    fn shape() -> Shape {
        Shape::sized_by_value("capability")
    }

    fn save(name: &mut Vec<u8>, writer: &mut Writer) -> Result<()> {
        let len = u8::try_from(name.len()).map_err(|_| {
            let message = format!("a name of {} bytes, and 255 is the most", name.len());
            crate::Error::new(crate::ErrorKind::Count, message)
        })?;
        writer.u8(len);
        writer.bytes(name);
        Ok(())
    }

    fn load(name: &mut Vec<u8>, loader: &mut Loader<'_>) -> Result<()> {
        *name = loader.counted_bytes()?.to_vec();
        Ok(())
    }

    fn describe(name: &mut Vec<u8>, describer: &mut Describer) -> Result<()> {
        describer.leaf("capability", Value::Bytes(name.clone()), |writer| {
            Self::save(name, writer)
        })
    }
}
