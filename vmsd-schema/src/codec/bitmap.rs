//! Bitmaps (`vmstate_info_bitmap`): words of 64 bits, whatever the host's word; bit i is bit i % 64 of word i / 64.

use super::Scalar;
use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// One element of ceil(bits / 64) words. `len` counts bits.
#[derive(Debug)]
pub enum Bitmap {}

impl Codec<[u64]> for Bitmap {
    fn shape() -> Shape {
        Shape::sized_by_value("bitmap")
    }

    fn save(words: &mut [u64], writer: &mut Writer) -> Result<()> {
        Scalar::save_all(words, writer)
    }

    fn load(words: &mut [u64], loader: &mut Loader<'_>) -> Result<()> {
        Scalar::load_all(words, loader)
    }

    fn describe(words: &mut [u64], describer: &mut Describer) -> Result<()> {
        let bytes = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        describer.leaf("bitmap", Value::Bytes(bytes), |writer| {
            Self::save(words, writer)
        })
    }
}
