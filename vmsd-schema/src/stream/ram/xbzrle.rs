//! The delta of an XBZRLE page: new bytes over what the page held before (`xbzrle_decode_buffer`).
//!
//! ```text
//! repeat   uleb128 bytes that stay, uleb128 bytes that are new, the new bytes
//! ```
//!
//! Nothing may stay only at the start; no run of new bytes is empty. Behind the last run the page stays as it is.

use crate::error::{Error, ErrorKind, Result};
use crate::wire::Reader;

/// New bytes of a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XbzrleRun<'a> {
    /// Where in the page they go.
    pub place: usize,
    /// Where in the delta they stand.
    pub at: usize,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// The runs of a delta, one after the other.
#[derive(Clone, Debug)]
pub struct XbzrleRuns<'a> {
    reader: Reader<'a>,
    place: usize,
    page_len: usize,
}

impl<'a> XbzrleRuns<'a> {
    /// The runs of `delta`, over a page of `page_len` bytes.
    #[must_use]
    pub fn new(delta: &'a [u8], page_len: usize) -> Self {
        Self {
            reader: Reader::new(delta),
            place: 0,
            page_len,
        }
    }

    /// The next run, or `None` behind the last.
    ///
    /// # Errors
    /// [`ErrorKind::Ram`] and [`ErrorKind::Truncated`], with the offset in the delta. After an error the runs make no
    /// sense any more.
    #[allow(
        clippy::should_implement_trait,
        reason = "it can fail, and nothing follows a failure"
    )]
    pub fn next(&mut self) -> Result<Option<XbzrleRun<'a>>> {
        if self.reader.is_empty() {
            return Ok(None);
        }
        let first = self.reader.consumed() == 0;
        let kept = self.length()?;
        if kept == 0 && !first {
            return Err(self
                .reader
                .error(ErrorKind::Ram, "two runs of new bytes follow each other"));
        }
        let new = self.length()?;
        if new == 0 {
            return Err(self
                .reader
                .error(ErrorKind::Ram, "a run of new bytes is empty"));
        }
        let place = self.place + kept;
        let end = place + new;
        if end > self.page_len {
            let message = format!(
                "new bytes at {place:#x}..{end:#x} leave the page of {:#x} bytes",
                self.page_len
            );
            return Err(self.reader.error(ErrorKind::Ram, message));
        }
        let at = self.reader.consumed();
        let bytes = self.reader.bytes(new)?;
        self.place = end;
        Ok(Some(XbzrleRun { place, at, bytes }))
    }

    /// A number of one or two bytes, seven bits in each, low ones first (`uleb128_decode_small`).
    fn length(&mut self) -> Result<usize> {
        let low = usize::from(self.reader.u8()?);
        if low < 0x80 {
            return Ok(low);
        }
        let high = usize::from(self.reader.u8()?);
        if high >= 0x80 {
            return Err(self
                .reader
                .error(ErrorKind::Ram, "a length has more than two bytes"));
        }
        Ok(low & 0x7f | high << 7)
    }
}

/// Writes the new bytes of `delta` over `page`, which holds what it held before.
///
/// # Errors
/// [`ErrorKind::Ram`] and [`ErrorKind::Truncated`], with the offset in the delta. The page then has some of the bytes.
pub fn decode(delta: &[u8], page: &mut [u8]) -> Result<()> {
    let mut runs = XbzrleRuns::new(delta, page.len());
    while let Some(run) = runs.next().map_err(|error| error.cite("2.4"))? {
        let room = page.get_mut(run.place..run.place + run.bytes.len());
        let room = room.ok_or_else(|| Error::new(ErrorKind::Ram, "new bytes leave the page"))?;
        room.copy_from_slice(run.bytes);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

    use super::*;

    fn decoded(delta: &[u8]) -> Result<Vec<u8>> {
        let mut page = b"0123456789".to_vec();
        decode(delta, &mut page).map(|()| page)
    }

    #[test]
    fn new_bytes_take_their_places() {
        assert_eq!(decoded(&[]).unwrap(), b"0123456789");
        assert_eq!(decoded(&[0, 1, b'x']).unwrap(), b"x123456789");
        assert_eq!(
            decoded(&[2, 2, b'a', b'b', 5, 1, b'z']).unwrap(),
            b"01ab45678z"
        );
    }

    #[test]
    fn a_length_may_have_two_bytes() {
        let mut page = vec![0; 4096];
        let mut delta = vec![0x80, 0x01, 0x82, 0x02];
        delta.extend([7; 258]);
        decode(&delta, &mut page).unwrap();
        assert_eq!(page.iter().position(|byte| *byte != 0), Some(128));
        assert_eq!(page.iter().filter(|byte| **byte == 7).count(), 258);
    }

    #[test]
    fn what_is_against_the_format_is_an_error_with_a_place() {
        for (delta, sentence) in [
            (&[0, 0][..], "a run of new bytes is empty (at offset 0x2)"),
            (
                &[0, 1, b'x', 0, 1, b'y'],
                "two runs of new bytes follow each other (at offset 0x4)",
            ),
            (
                &[8, 3, 1, 2, 3],
                "new bytes at 0x8..0xb leave the page of 0xa bytes (at offset 0x2)",
            ),
            (
                &[0x80, 0x80, 0],
                "a length has more than two bytes (at offset 0x2)",
            ),
        ] {
            assert_eq!(decoded(delta).unwrap_err().to_string(), sentence);
        }
        for cut in [&[1][..], &[1, 2], &[1, 2, b'x'], &[0x80]] {
            assert_eq!(decoded(cut).unwrap_err().kind(), ErrorKind::Truncated);
        }
    }
}
