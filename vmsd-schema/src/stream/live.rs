//! The live sections beside RAM, and the old-style devices whose bodies have a fixed grammar.
//!
//! Each grammar is one file: its records, how they are read and how they are written. Nothing describes these
//! bodies, and nothing behind them could be found without walking them.

mod block;
mod debug_migration;
mod dirty_bitmap;
mod spapr_htab;
mod storage_attributes;
mod storage_keys;
mod tod_clock;
mod vfio;

pub use block::BlockRecord;
pub use debug_migration::DebugMigration;
pub(super) use debug_migration::MAGIC;
pub use dirty_bitmap::{DirtyBitmapAction, DirtyBitmapBits, DirtyBitmapRecord};
pub use spapr_htab::HtabRecord;
pub use storage_attributes::StorageAttributes;
pub use storage_keys::StorageKeys;
pub use tod_clock::TodClock;
pub use vfio::VfioRecord;

use super::input::{Input, Step};
use super::section::Grammar;
use crate::error::{ErrorKind, Result};
use crate::wire::Writer;

/// A record of a live section and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveRecord<'a> {
    /// Where it stands.
    pub at: u64,
    /// What it says.
    pub live: Live<'a>,
}

/// A record of a section that is neither RAM nor described.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Live<'a> {
    /// `dirty-bitmap`
    DirtyBitmap(Box<DirtyBitmapRecord<'a>>),
    /// `block`
    Block(BlockRecord<'a>),
    /// `spapr/htab`
    Htab(HtabRecord<'a>),
    /// `s390-storage_attributes`
    StorageAttributes(StorageAttributes<'a>),
    /// `s390-skeys`
    StorageKeys(StorageKeys<'a>),
    /// `todclock`
    TodClock(TodClock),
    /// `<path>/vfio`
    Vfio(VfioRecord),
    /// Data of a `<path>/vfio` device.
    VfioData(&'a [u8]),
    /// `debug-migration`
    DebugMigration(DebugMigration<'a>),
}

/// What can come next in the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// Another record, read with what this one left.
    More(Phase),
    /// A body that only a schema can measure, then another record.
    Body(Phase),
    /// The section's end.
    End,
}

/// What a record leaves for the next one of its section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// The section has just begun.
    #[default]
    First,
    /// In the middle.
    Inside,
    /// Only the end mark may come.
    Closing,
}

/// Reads one record.
pub(super) fn read<'a>(
    input: &mut Input<'a>,
    grammar: Grammar,
    phase: Phase,
    page_size: u64,
) -> Step<(LiveRecord<'a>, Flow)> {
    let at = input.offset();
    let (live, flow) = match grammar {
        Grammar::DirtyBitmap => dirty_bitmap::read(input)?,
        Grammar::Block => block::read(input)?,
        Grammar::SpaprHtab => spapr_htab::read(input, phase)?,
        Grammar::StorageAttributes => storage_attributes::read(input, page_size)?,
        Grammar::StorageKeys => storage_keys::read(input, page_size)?,
        Grammar::TodClock => tod_clock::read(input)?,
        Grammar::Vfio => vfio::read(input, phase)?,
        Grammar::DebugMigration => debug_migration::read(input)?,
        Grammar::Device | Grammar::Ram => {
            return Err(input.fail(ErrorKind::Unsupported, "the section has no records"));
        }
    };
    Ok((LiveRecord { at, live }, flow))
}

impl Live<'_> {
    /// Appends the record.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name or length that the format cannot carry.
    pub fn write(&self, out: &mut Writer) -> Result<()> {
        match self {
            Self::DirtyBitmap(record) => record.write(out)?,
            Self::Block(record) => record.write(out)?,
            Self::Htab(record) => record.write(out)?,
            Self::StorageAttributes(record) => record.write(out),
            Self::StorageKeys(record) => record.write(out),
            Self::TodClock(record) => record.write(out),
            Self::Vfio(record) => record.write(out),
            Self::VfioData(data) => vfio::write_data(data, out),
            Self::DebugMigration(record) => record.write(out)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod test_support {
    use super::*;
    use crate::error::Error;
    use crate::stream::input::Fail;

    /// Reads the records of one section to its end and checks that they are written as they were.
    pub(super) fn walk(grammar: Grammar, bytes: &[u8]) -> Result<Vec<Live<'_>>, Error> {
        let mut input = Input::new(bytes, 0, true);
        let mut records = Vec::new();
        let mut phase = Phase::First;
        loop {
            match read(&mut input, grammar, phase, 4096) {
                Ok((record, flow)) => {
                    records.push(record.live);
                    match flow {
                        Flow::More(next) => phase = next,
                        Flow::Body(_) | Flow::End => break,
                    }
                }
                Err(Fail::Error(error)) => return Err(error),
                Err(Fail::More(_)) => unreachable!("the input is whole"),
            }
        }
        let mut out = Writer::new();
        for record in &records {
            record.write(&mut out)?;
        }
        assert_eq!(Some(out.as_bytes()), bytes.get(..input.consumed()));
        Ok(records)
    }
}
