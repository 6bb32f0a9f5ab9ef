//! A field of which only the JSON type and the size are known: bytes as they stand on the wire.

use std::marker::PhantomData;

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// The name of an encoding in the stream's JSON, as a type.
pub trait TypeName {
    /// What stands behind `"type"`.
    const TYPE_NAME: &'static str;
}

/// Bytes of the encoding that `N` names. How many is never sent: as many as the field already has, or as the
/// stream's own description tells.
#[derive(Debug)]
pub struct Opaque<N>(PhantomData<N>);

impl<N: TypeName> Codec<Vec<u8>> for Opaque<N> {
    // It nests nothing, but wants to know its own entry in the description.
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value(N::TYPE_NAME)
    }

    fn save(bytes: &mut Vec<u8>, writer: &mut Writer) -> Result<()> {
        writer.bytes(bytes);
        Ok(())
    }

    fn load(bytes: &mut Vec<u8>, loader: &mut Loader<'_>) -> Result<()> {
        let size = match loader.described_size() {
            Some(size) => usize::try_from(size).unwrap_or(usize::MAX),
            None => bytes.len(),
        };
        *bytes = loader.bytes(size)?.to_vec();
        Ok(())
    }

    fn describe(bytes: &mut Vec<u8>, describer: &mut Describer) -> Result<()> {
        describer.leaf(N::TYPE_NAME, Value::Bytes(bytes.clone()), |writer| {
            writer.bytes(bytes);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;
    use crate::ErrorKind;

    enum Thing {}

    impl TypeName for Thing {
        const TYPE_NAME: &'static str = "some thing";
    }

    #[test]
    fn without_a_description_the_destination_tells_the_size() {
        let mut bytes = vec![0; 3];
        let mut loader = Loader::new(Reader::new(&[1, 2, 3, 4]));
        Opaque::<Thing>::load(&mut bytes, &mut loader).unwrap();
        assert_eq!((bytes, loader.remaining()), (vec![1, 2, 3], 1));
        let error = Opaque::<Thing>::load(&mut vec![0; 2], &mut loader).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
    }
}
