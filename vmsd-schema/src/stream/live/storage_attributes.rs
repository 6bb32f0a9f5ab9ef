//! Storage attributes of an s390 guest (`cmma_load`).

use super::{Flow, Live, Phase};
use crate::error::ErrorKind;
use crate::stream::input::{fail_at, Input, Step};
use crate::wire::Writer;

const EOS: u64 = 1;
const MORE: u64 = 2;
const ERROR: u64 = 4;
const DONE: u64 = 8;

/// One record of an `s390-storage_attributes` section. Each keeps its first word: an address and flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageAttributes<'a> {
    /// One byte for each page, from the address on.
    More {
        /// The first word.
        word: u64,
        /// The attributes.
        values: &'a [u8],
    },
    /// All of them were sent.
    Done {
        /// The first word.
        word: u64,
    },
    /// The section's payload ends.
    Eos {
        /// The first word.
        word: u64,
    },
}

impl StorageAttributes<'_> {
    pub(super) fn write(&self, out: &mut Writer) {
        match *self {
            Self::Done { word } | Self::Eos { word } => out.u64(word),
            Self::More { word, values } => {
                out.u64(word);
                out.u64(values.len() as u64);
                out.bytes(values);
            }
        }
    }
}

pub(super) fn read<'a>(input: &mut Input<'a>, page_size: u64) -> Step<(Live<'a>, Flow)> {
    let at = input.offset();
    let word = input.u64()?;
    let record = match word & (page_size - 1) {
        EOS => {
            return Ok((
                Live::StorageAttributes(StorageAttributes::Eos { word }),
                Flow::End,
            ))
        }
        DONE => StorageAttributes::Done { word },
        MORE => {
            let count = input.u64()?;
            StorageAttributes::More {
                word,
                values: input.window(count)?,
            }
        }
        ERROR => {
            return Err(fail_at(
                ErrorKind::Live,
                at,
                "Storage attributes data is incomplete",
            ))
        }
        flags => {
            let message = format!("Unexpected storage attribute flag data: {flags:#x}");
            return Err(fail_at(ErrorKind::Live, at, message));
        }
    };
    Ok((Live::StorageAttributes(record), Flow::More(Phase::Inside)))
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn attributes_then_done_then_the_end_mark() {
        let mut bytes = vec![0, 0, 0, 0, 0, 0, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3];
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1]);
        let records = walk(Grammar::StorageAttributes, &bytes).unwrap();
        let more = StorageAttributes::More {
            word: 0x1002,
            values: &[1, 2, 3],
        };
        let rest = [
            StorageAttributes::Done { word: 8 },
            StorageAttributes::Eos { word: 1 },
        ];
        assert_eq!(
            records,
            [more, rest[0], rest[1]].map(Live::StorageAttributes)
        );
    }

    #[test]
    fn what_qemu_refuses_is_refused() {
        let error = walk(Grammar::StorageAttributes, &[0, 0, 0, 0, 0, 0, 0, 4]).unwrap_err();
        assert_eq!(error.message(), "Storage attributes data is incomplete");
        let error = walk(Grammar::StorageAttributes, &[0, 0, 0, 0, 0, 0, 0, 3]).unwrap_err();
        assert_eq!(
            error.message(),
            "Unexpected storage attribute flag data: 0x3"
        );
    }
}
