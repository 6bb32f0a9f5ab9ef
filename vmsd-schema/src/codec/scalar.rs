//! Booleans and integers (`vmstate_info_bool`, `vmstate_info_int8` …).

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Field, Loader};
use crate::wire::Writer;

/// A value of fixed width, big-endian.
#[derive(Debug)]
pub enum Scalar {}

impl Field for bool {
    type Codec = Scalar;
}

impl Codec<bool> for Scalar {
    const MIN_SIZE: usize = 1;

    fn shape() -> Shape {
        Shape::leaf("bool", 1)
    }

    #[inline]
    fn save(value: &mut bool, writer: &mut Writer) -> Result<()> {
        writer.u8(u8::from(*value));
        Ok(())
    }

    /// Any byte but zero is true.
    #[inline]
    fn load(value: &mut bool, loader: &mut Loader<'_>) -> Result<()> {
        *value = loader.u8()? != 0;
        Ok(())
    }

    fn describe(value: &mut bool, describer: &mut Describer) -> Result<()> {
        describer.leaf("bool", Value::Bool(*value), |writer| {
            Self::save(value, writer)
        })
    }
}

macro_rules! integers {
    ($($int:ident, $bytes:literal, $name:literal, $variant:ident, $wide:ident;)*) => {$(
        impl Field for $int {
            type Codec = Scalar;
        }

        impl Codec<$int> for Scalar {
            const MIN_SIZE: usize = $bytes;

            fn shape() -> Shape {
                Shape::leaf($name, $bytes)
            }

            #[inline]
            fn save(value: &mut $int, writer: &mut Writer) -> Result<()> {
                writer.bytes(&value.to_be_bytes());
                Ok(())
            }

            #[inline]
            fn load(value: &mut $int, loader: &mut Loader<'_>) -> Result<()> {
                *value = $int::from_be_bytes(loader.array()?);
                Ok(())
            }

            fn describe(value: &mut $int, describer: &mut Describer) -> Result<()> {
                let shown = Value::$variant { bits: 8 * $bytes, value: $wide::from(*value) };
                describer.leaf($name, shown, |writer| Self::save(value, writer))
            }

            #[inline]
            fn save_all(values: &mut [$int], writer: &mut Writer) -> Result<()> {
                writer.chunks(values.len(), values.iter().map(|value| value.to_be_bytes()));
                Ok(())
            }

            #[inline]
            fn load_all(values: &mut [$int], loader: &mut Loader<'_>) -> Result<()> {
                let bytes = loader.bytes(values.len() * $bytes)?;
                let chunks = bytes.chunks_exact($bytes);
                for (value, chunk) in values.iter_mut().zip(chunks) {
                    if let Some(chunk) = chunk.first_chunk() {
                        *value = $int::from_be_bytes(*chunk);
                    }
                }
                Ok(())
            }
        }
    )*};
}

integers! {
    u8, 1, "uint8", Uint, u64;
    u16, 2, "uint16", Uint, u64;
    u32, 4, "uint32", Uint, u64;
    u64, 8, "uint64", Uint, u64;
    i8, 1, "int8", Int, i64;
    i16, 2, "int16", Int, i64;
    i32, 4, "int32", Int, i64;
    i64, 8, "int64", Int, i64;
}
