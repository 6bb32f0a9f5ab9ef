//! The one fallback that searches: where might a body end whose length nobody knows?
//!
//! It is used only where the caller asks for it, and what it finds is a [`Guess`]: the section's end will say that it
//! was guessed. A footer with the section's own id, followed by something that may follow a section, is a strong
//! sign; without footers the header of a plausible section is all there is to go by.

use super::name::SectionId;
use crate::wire::{marker, Reader};

/// A length that was found by searching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    len: usize,
}

impl Guess {
    /// The length of the body.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "the length of something else")]
    pub fn len(self) -> usize {
        self.len
    }
}

/// The shortest plausible body of section `id` at the start of `data`, which reaches to the end of the input.
/// `footers` is what the stream has shown so far.
#[must_use]
pub fn body_len(data: &[u8], id: SectionId, footers: Option<bool>) -> Option<Guess> {
    let with_footer = || {
        let footer = footer_bytes(id);
        let mut from = 0;
        while let Some(found) = next_mark(data, from) {
            let behind = data.get(found..)?.strip_prefix(&footer);
            if behind.is_some_and(may_follow) {
                return Some(Guess { len: found });
            }
            from = found + 1;
        }
        None
    };
    let without = || find(data, begins_surely);
    match footers {
        Some(true) => with_footer(),
        Some(false) => without(),
        None => with_footer().or_else(without),
    }
}

/// The next byte that may be a footer's first: most of a long body is passed over quickly.
fn next_mark(data: &[u8], from: usize) -> Option<usize> {
    let rest = data.get(from..)?.iter();
    let found = rest
        .copied()
        .position(|byte| byte == marker::SECTION_FOOTER);
    found.map(|found| from + found)
}

/// Each place is looked at once, with bounded work.
fn find(data: &[u8], is_end: impl Fn(&[u8]) -> bool) -> Option<Guess> {
    (0..=data.len())
        .find(|&len| data.get(len..).is_some_and(&is_end))
        .map(|len| Guess { len })
}

fn footer_bytes(id: SectionId) -> [u8; 5] {
    let [a, b, c, d] = id.0.to_be_bytes();
    [marker::SECTION_FOOTER, a, b, c, d]
}

/// Whether these bytes may stand behind a section.
fn may_follow(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    match reader.u8() {
        Err(_) => true,
        Ok(marker::EOF) => {
            reader
                .peek()
                .is_none_or(|byte| byte == marker::VMDESCRIPTION)
                || is_padding(reader.rest())
        }
        Ok(marker::SECTION_START | marker::SECTION_FULL) => {
            is_section(&mut reader).unwrap_or(false)
        }
        Ok(marker::SECTION_PART | marker::SECTION_END) => {
            reader.u32().is_ok_and(|id| id < PLAUSIBLE)
        }
        Ok(marker::COMMAND) => {
            matches!((reader.u16(), reader.u16()), (Ok(1..=11), Ok(len)) if reader.remaining() >= usize::from(len))
        }
        Ok(_) => false,
    }
}

/// Whether a section or the end begins here that nothing else announces: zeros and small numbers do not count.
fn begins_surely(bytes: &[u8]) -> bool {
    let mut reader = Reader::new(bytes);
    match reader.u8() {
        Ok(marker::SECTION_START | marker::SECTION_FULL) => {
            is_section(&mut reader).unwrap_or(false)
        }
        Ok(marker::EOF) if reader.is_empty() => true,
        Ok(marker::EOF) => match (reader.u8(), reader.u32(), reader.peek()) {
            (Ok(marker::VMDESCRIPTION), Ok(len), Some(b'{')) => len as usize <= reader.remaining(),
            _ => false,
        },
        _ => false,
    }
}

/// Ids, versions and instances of real streams are far below this, or legacy I/O ports.
const PLAUSIBLE: u32 = 0x1_0000;

fn is_section(reader: &mut Reader<'_>) -> crate::Result<bool> {
    let id = reader.u32()?;
    let name = reader.counted_bytes()?;
    reader.u32()?;
    let version = reader.u32()?;
    let printable = name.len() > 1 && name.iter().all(u8::is_ascii_graphic);
    Ok(id < PLAUSIBLE && printable && version < PLAUSIBLE)
}

/// The stream may stand in a cluster that is filled with zeros; some are enough to tell.
fn is_padding(bytes: &[u8]) -> bool {
    bytes
        .get(..64)
        .unwrap_or(bytes)
        .iter()
        .all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEXT: &[u8] = b"\x04\0\0\0\x09\x05timer\0\0\0\0\0\0\0\x02";

    #[test]
    fn a_footer_counts_only_with_its_own_id_and_something_behind() {
        let mut data = b"body\x7e\0\0\0\x07\xff more \x7e\0\0\0\x08".to_vec();
        let before = data.len();
        data.extend(b"\x7e\0\0\0\x07");
        data.extend(NEXT);
        let guess = body_len(&data, SectionId(7), Some(true)).unwrap();
        assert_eq!(guess.len(), before);
        assert_eq!(body_len(&data, SectionId(6), Some(true)), None);
    }

    #[test]
    fn without_footers_the_next_header_is_the_end() {
        let mut data = b"some body".to_vec();
        data.extend(NEXT);
        assert_eq!(
            body_len(&data, SectionId(7), Some(false)).map(Guess::len),
            Some(9)
        );
        assert_eq!(body_len(&data, SectionId(7), None).map(Guess::len), Some(9));
    }

    #[test]
    fn the_end_mark_may_follow_with_its_description() {
        let data = b"xy\x7e\0\0\0\x07\0\x06\0\0\0\x02{}";
        assert_eq!(body_len(data, SectionId(7), None).map(Guess::len), Some(2));
    }
}
