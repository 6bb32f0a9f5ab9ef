//! Doubles of a CPU as their bits (`vmstate_info_cpudouble`): be32 high, be32 low, which is one be64.

use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// be64 of the double's bits.
#[derive(Debug)]
pub enum CpuDouble {}

impl Codec<u64> for CpuDouble {
    const MIN_SIZE: usize = 8;

    fn shape() -> Shape {
        Shape::leaf("CPU_Double_U", 8)
    }

    fn save(value: &mut u64, writer: &mut Writer) -> Result<()> {
        writer.u64(*value);
        Ok(())
    }

    fn load(value: &mut u64, loader: &mut Loader<'_>) -> Result<()> {
        *value = loader.u64()?;
        Ok(())
    }

    fn describe(value: &mut u64, describer: &mut Describer) -> Result<()> {
        let bytes = Value::Bytes(value.to_be_bytes().to_vec());
        describer.leaf("CPU_Double_U", bytes, |writer| Self::save(value, writer))
    }
}
