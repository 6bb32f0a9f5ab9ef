//! The hash table of a pseries guest (`htab_load`).

use super::{Flow, Live, Phase};
use crate::error::Result;
use crate::stream::input::{Input, Step};
use crate::wire::Writer;

/// The header of a section whose guest has no hash table.
const NO_TABLE: u32 = u32::MAX;
/// `HASH_PTE_SIZE_64`
const PTE_SIZE: usize = 16;

/// One record of an `spapr/htab` section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HtabRecord<'a> {
    /// The first word: `0xffffffff` without a table, the table's size as a power of two at the start, 0 where chunks
    /// follow.
    Header(u32),
    /// A run of entries.
    Chunk {
        /// The first entry.
        index: u32,
        /// Entries that are sent.
        valid: u16,
        /// Entries behind them that are to be cleared.
        invalid: u16,
        /// The entries that are sent, of 16 bytes.
        entries: &'a [u8],
    },
    /// A chunk of nothing: the end.
    End,
}

impl HtabRecord<'_> {
    pub(super) fn write(&self, out: &mut Writer) -> Result<()> {
        match *self {
            Self::Header(word) => out.u32(word),
            Self::Chunk {
                index,
                valid,
                invalid,
                entries,
            } => {
                out.u32(index);
                out.u16(valid);
                out.u16(invalid);
                out.bytes(entries);
            }
            Self::End => out.zeros(8),
        }
        Ok(())
    }
}

pub(super) fn read<'a>(input: &mut Input<'a>, phase: Phase) -> Step<(Live<'a>, Flow)> {
    if phase == Phase::First {
        let word = input.u32()?;
        let flow = if word == 0 {
            Flow::More(Phase::Inside)
        } else {
            Flow::End
        };
        return Ok((Live::Htab(HtabRecord::Header(word)), flow));
    }
    let (index, valid, invalid) = (input.u32()?, input.u16()?, input.u16()?);
    if (index, valid, invalid) == (0, 0, 0) {
        return Ok((Live::Htab(HtabRecord::End), Flow::End));
    }
    let entries = input.bytes(usize::from(valid) * PTE_SIZE)?;
    let chunk = HtabRecord::Chunk {
        index,
        valid,
        invalid,
        entries,
    };
    Ok((Live::Htab(chunk), Flow::More(Phase::Inside)))
}

impl HtabRecord<'_> {
    /// Whether the record says that the guest has no hash table.
    #[must_use]
    pub fn is_no_table(&self) -> bool {
        *self == Self::Header(NO_TABLE)
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn a_header_alone_or_chunks_to_the_empty_one() {
        let none = walk(Grammar::SpaprHtab, &[0xff, 0xff, 0xff, 0xff, 0x7e]).unwrap();
        assert_eq!(none, [Live::Htab(HtabRecord::Header(NO_TABLE))]);
        let shift = walk(Grammar::SpaprHtab, &[0, 0, 0, 24]).unwrap();
        assert_eq!(shift, [Live::Htab(HtabRecord::Header(24))]);

        let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 8, 0, 1, 0, 2];
        bytes.extend([7; 16]);
        bytes.extend([0; 8]);
        let chunk = HtabRecord::Chunk {
            index: 8,
            valid: 1,
            invalid: 2,
            entries: &[7; 16],
        };
        assert_eq!(
            walk(Grammar::SpaprHtab, &bytes).unwrap(),
            [HtabRecord::Header(0), chunk, HtabRecord::End].map(Live::Htab)
        );
    }
}
