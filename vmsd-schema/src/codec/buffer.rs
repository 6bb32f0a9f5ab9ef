//! Raw bytes (`vmstate_info_buffer`).

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// One element of as many bytes as the field holds; no length on the wire.
#[derive(Debug)]
pub enum Buffer {}

impl Codec<[u8]> for Buffer {
    fn shape() -> Shape {
        Shape::sized_by_value("buffer")
    }

    #[inline]
    fn save(value: &mut [u8], writer: &mut Writer) -> Result<()> {
        writer.bytes(value);
        Ok(())
    }

    #[inline]
    fn load(value: &mut [u8], loader: &mut Loader<'_>) -> Result<()> {
        value.copy_from_slice(loader.bytes(value.len())?);
        Ok(())
    }

    fn describe(value: &mut [u8], describer: &mut Describer) -> Result<()> {
        describer.leaf("buffer", Value::Bytes(value.to_vec()), |writer| {
            Self::save(value, writer)
        })
    }
}

impl<const N: usize> Codec<[u8; N]> for Buffer {
    const MIN_SIZE: usize = N;

    fn shape() -> Shape {
        Shape::leaf("buffer", N as u64)
    }

    fn save(value: &mut [u8; N], writer: &mut Writer) -> Result<()> {
        <Self as Codec<[u8]>>::save(value, writer)
    }

    fn load(value: &mut [u8; N], loader: &mut Loader<'_>) -> Result<()> {
        <Self as Codec<[u8]>>::load(value, loader)
    }

    fn describe(value: &mut [u8; N], describer: &mut Describer) -> Result<()> {
        <Self as Codec<[u8]>>::describe(value, describer)
    }
}

impl<const N: usize> Codec<Box<[u8; N]>> for Buffer {
    const MIN_SIZE: usize = N;

    fn shape() -> Shape {
        Shape::leaf("buffer", N as u64)
    }

    fn save(value: &mut Box<[u8; N]>, writer: &mut Writer) -> Result<()> {
        <Self as Codec<[u8]>>::save(value.as_mut_slice(), writer)
    }

    fn load(value: &mut Box<[u8; N]>, loader: &mut Loader<'_>) -> Result<()> {
        <Self as Codec<[u8]>>::load(value.as_mut_slice(), loader)
    }

    fn describe(value: &mut Box<[u8; N]>, describer: &mut Describer) -> Result<()> {
        <Self as Codec<[u8]>>::describe(value.as_mut_slice(), describer)
    }
}
