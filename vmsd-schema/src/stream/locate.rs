//! Finds a description without parsing what is before it.
//!
//! A device's body cannot be passed without the description, and the description stands behind the bodies. So a
//! self-described decode takes two passes: the text at the tail first, then the walk. This is the first pass. It looks
//! from the end, with bounded and linear work, and finds only texts that fit their own length exactly.

use super::live::MAGIC;
use crate::limits::MAX_DESCRIPTION_LEN;
use crate::wire::marker;

/// Blanks or zeros that may stand around the braces of a `debug-migration` body.
const MAX_PADDING: usize = 64;

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// A text and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located<'a> {
    /// Where the section's type byte, or for a `debug-migration` body its length, stands in the data.
    pub at: usize,
    /// The JSON.
    pub json: &'a [u8],
}

/// The description at the tail: a type byte, a length that reaches to the end of `data`, and a JSON object.
/// Zeros behind it are taken for padding.
///
/// JSON holds no control characters, so no text can contain the start of another: the one that is nearest to
/// the end is the only one.
#[must_use]
pub fn description_at_tail(data: &[u8]) -> Option<Located<'_>> {
    let end = data.iter().rposition(|byte| *byte != 0)? + 1;
    let data = data.get(..end)?;
    if data.last() != Some(&b'}') {
        return None;
    }
    let first = end.saturating_sub(MAX_DESCRIPTION_LEN + 5);
    // Text has no such byte: whole blocks of it are passed over.
    let mut start = end;
    data.get(first..)?.rchunks(BLOCK).find_map(|block| {
        start -= block.len();
        let mut places = (start..start + block.len()).rev();
        let may_begin = block.contains(&marker::VMDESCRIPTION);
        may_begin.then(|| places.find_map(|at| tail_at(data, at)))?
    })
}

fn tail_at(data: &[u8], at: usize) -> Option<Located<'_>> {
    let (&[kind, a, b, c, d], json) = data.get(at..)?.split_first_chunk()?;
    let fits = u32::from_be_bytes([a, b, c, d]) as usize == json.len();
    (kind == marker::VMDESCRIPTION && fits && json.first() == Some(&b'{'))
        .then_some(Located { at, json })
}

/// The body of a `debug-migration` device, anywhere in `data`: a length, the magic string, a JSON object.
#[must_use]
pub fn debug_migration(data: &[u8]) -> Option<Located<'_>> {
    let mut from = 4;
    while let Some(found) = find(data.get(from..)?, MAGIC) {
        let magic = from + found;
        if let Some(located) = body_at(data, magic - 4) {
            return Some(located);
        }
        from = magic + 1;
    }
    None
}

fn body_at(data: &[u8], at: usize) -> Option<Located<'_>> {
    let (len, rest) = data.get(at..)?.split_first_chunk()?;
    let len = u32::from_be_bytes(*len) as usize;
    let text = rest.get(MAGIC.len()..)?;
    // Nothing records whether the length counts the magic string; see the section's grammar. The longer text goes
    // first: JSON ends in so many braces that 16 bytes less of it may look whole too.
    [Some(len), len.checked_sub(MAGIC.len())]
        .into_iter()
        .flatten()
        .find_map(|len| {
            let json = text.get(..len)?;
            let trimmed = trim(json);
            (trimmed.first() == Some(&b'{') && trimmed.last() == Some(&b'}'))
                .then_some(Located { at, json: trimmed })
        })
}

/// Without what stands around the braces. Only a little of it is looked at, since a body may claim any length.
fn trim(text: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| *byte != 0 && !byte.is_ascii_whitespace();
    let start = text.iter().take(MAX_PADDING).position(is_text).unwrap_or(0);
    let padding = text
        .iter()
        .rev()
        .take(MAX_PADDING)
        .position(is_text)
        .unwrap_or(0);
    text.get(start..text.len().saturating_sub(padding))
        .unwrap_or_default()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_must_reach_the_end_but_for_padding() {
        let stream = b"QEVM...\0\x06\0\0\0\x07{\"a\":1}";
        let expected = Located {
            at: 8,
            json: b"{\"a\":1}",
        };
        assert_eq!(description_at_tail(stream), Some(expected));
        let mut padded = stream.to_vec();
        padded.extend([0; 4096]);
        assert_eq!(description_at_tail(&padded), Some(expected));
        padded.extend(b"x");
        assert_eq!(description_at_tail(&padded), None);
        assert_eq!(description_at_tail(&stream[..stream.len() - 1]), None);
        assert_eq!(description_at_tail(&[0; 64]), None);
        assert_eq!(description_at_tail(b""), None);
    }

    #[test]
    fn a_wrong_length_is_no_description() {
        assert_eq!(description_at_tail(b"\x06\0\0\0\x08{\"a\":1}"), None);
        assert_eq!(description_at_tail(b"\x06\0\0\0\x07[\"a\",1}"), None);
    }

    #[test]
    fn a_debug_device_is_found_by_its_magic() {
        let mut stream = b"...Debug Migration\0 no\x04\0\0\0\x21\x0fdebug-migration".to_vec();
        stream.extend(b"\0\0\0\0\0\0\0\x01");
        let at = stream.len();
        stream.extend(b"\0\0\0\x13Debug Migration\0{ }\0");
        assert_eq!(debug_migration(&stream), Some(Located { at, json: b"{ }" }));
        assert_eq!(debug_migration(b"Debug Migration\0"), None);
        assert_eq!(debug_migration(b""), None);
    }
}
