//! Bytes that once were a field (`vmstate_info_unused_buffer`): written as zeros, ignored on load.

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Field, Loader};
use crate::wire::Writer;

/// `N` bytes on the wire and none in memory: it stands between the fields where its bytes stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unused<const N: usize>;

impl<const N: usize> Field for Unused<N> {
    type Codec = UnusedBytes;
}

/// Zeros.
#[derive(Debug)]
pub enum UnusedBytes {}

impl<const N: usize> Codec<Unused<N>> for UnusedBytes {
    const MIN_SIZE: usize = N;

    fn shape() -> Shape {
        Shape::leaf("unused_buffer", N as u64)
    }

    fn save(_: &mut Unused<N>, writer: &mut Writer) -> Result<()> {
        writer.zeros(N);
        Ok(())
    }

    fn load(_: &mut Unused<N>, loader: &mut Loader<'_>) -> Result<()> {
        loader.skip(N)
    }

    fn describe(value: &mut Unused<N>, describer: &mut Describer) -> Result<()> {
        describer.leaf("unused_buffer", Value::Bytes(vec![0; N]), |writer| {
            Self::save(value, writer)
        })
    }
}
