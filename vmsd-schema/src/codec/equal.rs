//! Integers that are sent to be compared with the destination's own (`vmstate_info_uint32_equal`,
//! `vmstate_info_int32_le` …).

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// The value must equal the one already there.
#[derive(Debug)]
pub enum Equal {}

macro_rules! equal {
    ($($int:ident, $bytes:literal, $name:literal, $variant:ident, $wide:ident;)*) => {$(
        impl Codec<$int> for Equal {
            const MIN_SIZE: usize = $bytes;

            fn shape() -> Shape {
                Shape::leaf($name, $bytes)
            }

            fn save(value: &mut $int, writer: &mut Writer) -> Result<()> {
                writer.bytes(&value.to_be_bytes());
                Ok(())
            }

            fn load(value: &mut $int, loader: &mut Loader<'_>) -> Result<()> {
                let (at, local) = (loader.offset(), *value);
                let incoming = $int::from_be_bytes(loader.array()?);
                loader.expect(at, incoming == local, || format!("{local:x} != {incoming:x}"))?;
                *value = incoming;
                Ok(())
            }

            fn describe(value: &mut $int, describer: &mut Describer) -> Result<()> {
                let shown = Value::$variant { bits: 8 * $bytes, value: $wide::from(*value) };
                describer.leaf($name, shown, |writer| Self::save(value, writer))
            }
        }
    )*};
}

// The name of the last one is QEMU's own: the check of *unsigned* 64-bit integers calls itself "int64 equal".
equal! {
    i32, 4, "int32 equal", Int, i64;
    u8, 1, "uint8 equal", Uint, u64;
    u16, 2, "uint16 equal", Uint, u64;
    u32, 4, "uint32 equal", Uint, u64;
    u64, 8, "int64 equal", Uint, u64;
}

/// The value must lie between zero and the one already there (`VMSTATE_INT32_POSITIVE_LE`). "le" is *less or
/// equal*: the bytes are big-endian as all others.
#[derive(Debug)]
pub enum Int32Le {}

impl Codec<i32> for Int32Le {
    const MIN_SIZE: usize = 4;

    fn shape() -> Shape {
        Shape::leaf("int32 le", 4)
    }

    fn save(value: &mut i32, writer: &mut Writer) -> Result<()> {
        writer.bytes(&value.to_be_bytes());
        Ok(())
    }

    fn load(value: &mut i32, loader: &mut Loader<'_>) -> Result<()> {
        let (at, local) = (loader.offset(), *value);
        let incoming = i32::from_be_bytes(loader.array()?);
        loader.expect(at, (0..=local).contains(&incoming), || {
            format!("Invalid value {incoming} expecting positive value <= {local}")
        })?;
        *value = incoming;
        Ok(())
    }

    fn describe(value: &mut i32, describer: &mut Describer) -> Result<()> {
        let shown = Value::Int {
            bits: 32,
            value: i64::from(*value),
        };
        describer.leaf("int32 le", shown, |writer| Self::save(value, writer))
    }
}
