//! Storage keys of an s390 guest (`s390_storage_keys_load`).

use super::{Flow, Live, Phase};
use crate::error::ErrorKind;
use crate::stream::input::{fail_at, Input, Step};
use crate::wire::Writer;

const EOS: u64 = 1;
const SKEYS: u64 = 2;
const ERROR: u64 = 4;

/// One record of an `s390-skeys` section. Each keeps its first word: an address and flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageKeys<'a> {
    /// One byte for each page, from the address on.
    Keys {
        /// The first word.
        word: u64,
        /// The keys.
        keys: &'a [u8],
    },
    /// The section's payload ends.
    Eos {
        /// The first word.
        word: u64,
    },
}

impl StorageKeys<'_> {
    pub(super) fn write(&self, out: &mut Writer) {
        match *self {
            Self::Eos { word } => out.u64(word),
            Self::Keys { word, keys } => {
                out.u64(word);
                out.u64(keys.len() as u64);
                out.bytes(keys);
            }
        }
    }
}

pub(super) fn read<'a>(input: &mut Input<'a>, page_size: u64) -> Step<(Live<'a>, Flow)> {
    let at = input.offset();
    let word = input.u64()?;
    match word & (page_size - 1) {
        EOS => Ok((Live::StorageKeys(StorageKeys::Eos { word }), Flow::End)),
        SKEYS => {
            let count = input.u64()?;
            let keys = input.window(count)?;
            Ok((
                Live::StorageKeys(StorageKeys::Keys { word, keys }),
                Flow::More(Phase::Inside),
            ))
        }
        ERROR => Err(fail_at(
            ErrorKind::Live,
            at,
            "Storage key data is incomplete",
        )),
        flags => Err(fail_at(
            ErrorKind::Live,
            at,
            format!("Unexpected storage key flag data: {flags:#x}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn keys_then_the_end_mark() {
        let mut bytes = vec![0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, 6, 6];
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(
            walk(Grammar::StorageKeys, &bytes).unwrap(),
            [
                StorageKeys::Keys {
                    word: 2,
                    keys: &[6, 6]
                },
                StorageKeys::Eos { word: 1 }
            ]
            .map(Live::StorageKeys)
        );
        let error = walk(Grammar::StorageKeys, &[0, 0, 0, 0, 0, 0, 0, 4]).unwrap_err();
        assert_eq!(error.message(), "Storage key data is incomplete");
    }
}
