//! A cursor over borrowed bytes that knows how far from the start of the input it stands.

use crate::error::{Error, ErrorKind, Result};

/// Reads big-endian values off borrowed bytes.
///
/// Every method either advances past a whole value or leaves the cursor where it was and returns
/// [`ErrorKind::Truncated`]. `base` is the offset of the first byte in the whole input, so that an error in a
/// window names the place in the file.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Bytes that were there at first.
    len: usize,
    base: u64,
}

impl<'a> Reader<'a> {
    /// A cursor at the start of `bytes`, which is the start of the input.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::with_base(bytes, 0)
    }

    /// A cursor at the start of `bytes`, which stand at `base` in the input.
    #[must_use]
    pub fn with_base(bytes: &'a [u8], base: u64) -> Self {
        Self {
            rest: bytes,
            len: bytes.len(),
            base,
        }
    }

    /// The offset of the next byte in the input.
    #[inline]
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.base + self.consumed() as u64
    }

    /// Bytes read so far.
    #[inline]
    #[must_use]
    pub fn consumed(&self) -> usize {
        self.len - self.rest.len()
    }

    /// Bytes that are left.
    #[inline]
    #[must_use]
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Whether nothing is left.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.remaining() == 0
    }

    /// What is left, without advancing.
    #[inline]
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next byte, without advancing.
    #[inline]
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// Advances past `len` bytes and lends them.
    #[inline]
    pub fn bytes(&mut self, len: usize) -> Result<&'a [u8]> {
        match self.rest.split_at_checked(len) {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(bytes)
            }
            None => Err(self.truncated(len)),
        }
    }

    /// Advances past `N` bytes and copies them.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        match self.rest.split_first_chunk::<N>() {
            Some((bytes, rest)) => {
                self.rest = rest;
                Ok(*bytes)
            }
            None => Err(self.truncated(N)),
        }
    }

    /// Advances past `len` bytes.
    #[inline]
    pub fn skip(&mut self, len: usize) -> Result<()> {
        self.bytes(len).map(drop)
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// be16 (`qemu_get_be16`).
    #[inline]
    pub fn u16(&mut self) -> Result<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// be32 (`qemu_get_be32`).
    #[inline]
    pub fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// be64 (`qemu_get_be64`).
    #[inline]
    pub fn u64(&mut self) -> Result<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// One length byte and that many bytes (`qemu_get_counted_string`). They are QEMU's C strings: usually
    /// ASCII, never promised to be.
    pub fn counted_bytes(&mut self) -> Result<&'a [u8]> {
        let start = self.rest;
        let len = self.u8()?;
        self.bytes(usize::from(len))
            .inspect_err(|_| self.rest = start)
    }

    /// A cursor over the next `len` bytes alone; this one advances past them.
    pub fn window(&mut self, len: usize) -> Result<Self> {
        let base = self.offset();
        self.bytes(len).map(|bytes| Self::with_base(bytes, base))
    }

    /// An error of `kind` at the next byte.
    #[cold]
    pub fn error(
        &self,
        kind: ErrorKind,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Error {
        Error::at(kind, self.offset(), message)
    }

    /// The error of a value of `len` bytes that is not there.
    #[inline]
    pub fn truncated(&self, len: usize) -> Error {
        truncated(self.offset(), self.remaining(), len)
    }
}

/// By value: a reader whose address is never taken lives in registers.
#[cold]
#[inline(never)]
fn truncated(offset: u64, left: usize, len: usize) -> Error {
    let message = if left == 0 {
        format!("the input ends where {len} more {} should be", plural(len))
    } else {
        format!(
            "the input ends {left} {} into a value of {len}",
            plural(left)
        )
    };
    Error::at(ErrorKind::Truncated, offset, message)
}

fn plural(count: usize) -> &'static str {
    if count == 1 {
        "byte"
    } else {
        "bytes"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_value_leaves_the_cursor_in_place() {
        let mut reader = Reader::with_base(&[0, 1, 2], 0x100);
        assert_eq!(reader.u16().unwrap(), 1);
        let error = reader.u32().unwrap_err();
        assert_eq!(error.offset(), Some(0x102));
        assert_eq!(error.kind(), ErrorKind::Truncated);
        assert_eq!(reader.u8().unwrap(), 2);
        assert!(reader.is_empty());
    }

    #[test]
    fn a_counted_string_is_all_or_nothing() {
        let mut reader = Reader::new(&[3, b'r', b'a']);
        assert!(reader.counted_bytes().is_err());
        assert_eq!(reader.consumed(), 0);
    }

    #[test]
    fn a_window_ends_where_it_was_told() {
        let mut reader = Reader::new(&[1, 2, 3, 4]);
        let mut window = reader.window(2).unwrap();
        assert_eq!(window.u16().unwrap(), 0x0102);
        assert!(window.u8().is_err());
        assert_eq!(reader.offset(), 2);
    }
}
