//! The description as a device of its own, `debug-migration`: a length, a magic string, JSON.
//!
//! It comes from before descriptions stood at the tail (Alexander Graf, KVM Forum 2013) and never was in a
//! release. Whether the length counts the magic string is not recorded anywhere; the JSON tells.

use super::{Flow, Live};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_DESCRIPTION_LEN;
use crate::stream::input::{fail_at, Input, Step};
use crate::wire::Writer;

/// What stands between the length and the JSON.
pub(in crate::stream) const MAGIC: &[u8; 16] = b"Debug Migration\0";

/// The body of a `debug-migration` section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DebugMigration<'a> {
    /// Where the JSON stands.
    pub json_at: u64,
    /// The JSON, as long as the section says; it may have padding behind the last brace.
    pub json: &'a [u8],
    /// Whether the length counts the magic string too.
    pub counts_magic: bool,
}

impl DebugMigration<'_> {
    pub(super) fn write(&self, out: &mut Writer) -> Result<()> {
        let len = self.json.len() + if self.counts_magic { MAGIC.len() } else { 0 };
        let len = u32::try_from(len).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                format!("{len} bytes do not fit a 32-bit length"),
            )
        })?;
        out.u32(len);
        out.bytes(MAGIC);
        out.bytes(self.json);
        Ok(())
    }
}

pub(super) fn read<'a>(input: &mut Input<'a>) -> Step<(Live<'a>, Flow)> {
    let at = input.offset();
    let len = input.u32()? as usize;
    if len > MAX_DESCRIPTION_LEN {
        let message =
            format!("a description of {len} bytes, {MAX_DESCRIPTION_LEN} are accepted at most");
        return Err(fail_at(ErrorKind::Limit, at, message));
    }
    let magic = input.array::<16>()?;
    if magic != *MAGIC {
        return Err(fail_at(
            ErrorKind::Live,
            at + 4,
            "a debug-migration section without its magic string",
        ));
    }
    let json_at = input.offset();
    let counted = len.checked_sub(MAGIC.len());
    let counts_magic = match counted {
        // JSON ends in so many braces that 16 bytes less of it may look whole too: the longer text goes first.
        Some(counted) => match input.peek(len)? {
            Some(json) if ends_like_json(json) => false,
            _ => input.peek(counted)?.is_some_and(ends_like_json),
        },
        None => false,
    };
    let json = input.bytes(if counts_magic {
        counted.unwrap_or(len)
    } else {
        len
    })?;
    Ok((
        Live::DebugMigration(DebugMigration {
            json_at,
            json,
            counts_magic,
        }),
        Flow::End,
    ))
}

fn ends_like_json(text: &[u8]) -> bool {
    text.iter()
        .rev()
        .find(|byte| !byte.is_ascii_whitespace() && **byte != 0)
        == Some(&b'}')
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn the_json_tells_whether_the_length_counts_the_magic() {
        for (len, counts_magic) in [(18, true), (2, false)] {
            let mut bytes = vec![0, 0, 0, len];
            bytes.extend(MAGIC);
            bytes.extend(b"{}\x7e\0\0\0\x21\x04\0\0\0\0\0\0\0\0\0");
            assert_eq!(
                walk(Grammar::DebugMigration, &bytes).unwrap(),
                [Live::DebugMigration(DebugMigration {
                    json_at: 20,
                    json: b"{}",
                    counts_magic
                })]
            );
        }
    }

    #[test]
    fn without_its_magic_it_is_something_else() {
        let error = walk(Grammar::DebugMigration, &[0; 32]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Live);
    }
}
