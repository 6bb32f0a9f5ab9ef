//! The MSI-X table of a PCI device and its pending bits (`vmstate_info_msix`, `msix_save`). How many vectors there
//! are is never sent: it is a property of the device. A device without MSI-X writes nothing.

use crate::error::{Error, ErrorKind, Result};
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// The state of `n` vectors: 16 n bytes of table, then n bits rounded up to bytes.
#[derive(Debug)]
pub enum MsixState {}

/// The vectors of one device.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MsixTable {
    /// The table.
    pub vectors: Vec<MsixVector>,
    /// Bit i % 8 of byte i / 8: vector i is pending.
    pub pending: Vec<u8>,
}

/// One vector, in the byte order of PCI: the only integers of a device's state that are little-endian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MsixVector {
    /// Where the message is written.
    pub address: u64,
    /// The message.
    pub data: u32,
    /// Bit 0: masked.
    pub control: u32,
}

impl MsixTable {
    /// `count` vectors of zeros.
    #[must_use]
    pub fn with_vectors(count: usize) -> Self {
        Self {
            vectors: vec![MsixVector::default(); count],
            pending: vec![0; count.div_ceil(8)],
        }
    }
}

impl Codec<MsixTable> for MsixState {
    // It nests nothing, but wants to know its own entry in the description.
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value("msix state")
    }

    fn save(table: &mut MsixTable, writer: &mut Writer) -> Result<()> {
        let (count, pending) = (table.vectors.len(), table.pending.len());
        if pending != count.div_ceil(8) {
            let message = format!("{pending} bytes of pending bits for {count} vectors");
            return Err(Error::new(ErrorKind::Count, message));
        }
        for MsixVector {
            address,
            data,
            control,
        } in &table.vectors
        {
            writer.bytes(&address.to_le_bytes());
            writer.bytes(&data.to_le_bytes());
            writer.bytes(&control.to_le_bytes());
        }
        writer.bytes(&table.pending);
        Ok(())
    }

    /// As many vectors as the table already has, or as the stream's own description tells.
    fn load(table: &mut MsixTable, loader: &mut Loader<'_>) -> Result<()> {
        let count = match loader.described_size() {
            Some(size) => vectors_of(size).ok_or_else(|| {
                loader.error(
                    ErrorKind::Description,
                    format!("no number of vectors takes {size} bytes"),
                )
            })?,
            None => table.vectors.len(),
        };
        let mut vectors = loader.window(count.saturating_mul(16))?;
        table.vectors.clear();
        while !vectors.is_empty() {
            table.vectors.push(MsixVector {
                address: u64::from_le_bytes(vectors.array()?),
                data: u32::from_le_bytes(vectors.array()?),
                control: u32::from_le_bytes(vectors.array()?),
            });
        }
        table.pending = loader.bytes(count.div_ceil(8))?.to_vec();
        Ok(())
    }

    fn describe(table: &mut MsixTable, describer: &mut Describer) -> Result<()> {
        let mut bytes = Writer::new();
        Self::save(table, &mut bytes)?;
        let bytes = bytes.into_bytes();
        describer.leaf("msix state", Value::Bytes(bytes.clone()), |writer| {
            writer.bytes(&bytes);
            Ok(())
        })
    }
}

/// How many vectors take `size` bytes: n for 16 n + ⌈n / 8⌉.
fn vectors_of(size: u64) -> Option<usize> {
    let count = size.checked_mul(8)? / 129;
    (16 * count + count.div_ceil(8) == size).then_some(usize::try_from(count).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Reader;

    #[test]
    fn the_size_tells_the_number_of_vectors() {
        for count in 0..=2048_u64 {
            assert_eq!(
                vectors_of(16 * count + count.div_ceil(8)),
                usize::try_from(count).ok()
            );
        }
        for size in [1, 16, 18, 129 + 16, u64::MAX] {
            assert_eq!(vectors_of(size), None, "{size}");
        }
    }

    #[test]
    fn a_table_is_as_long_as_the_one_already_there() {
        let mut bytes = vec![0u8; 33];
        bytes[..4].copy_from_slice(&[0x00, 0x10, 0xe0, 0xfe]);
        bytes[8] = 0x41;
        bytes[28] = 1;
        bytes[32] = 0b10;
        let mut table = MsixTable::with_vectors(2);
        let mut loader = Loader::new(Reader::new(&bytes));
        MsixState::load(&mut table, &mut loader).unwrap();
        loader.finish().unwrap();
        assert_eq!(
            table.vectors[0],
            MsixVector {
                address: 0xfee0_1000,
                data: 0x41,
                control: 0
            }
        );
        assert_eq!((table.vectors[1].control, table.pending[0]), (1, 0b10));
        let mut writer = Writer::new();
        MsixState::save(&mut table, &mut writer).unwrap();
        assert_eq!(writer.into_bytes(), bytes);

        let mut loader = Loader::new(Reader::new(&bytes));
        let error = MsixState::load(&mut MsixTable::with_vectors(3), &mut loader).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Truncated);
    }
}
