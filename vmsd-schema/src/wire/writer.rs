//! The mirror image of [`super::Reader`]: big-endian values appended to a buffer.

use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_STRING_LEN;

/// A growing buffer of stream bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty buffer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty buffer with room for `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(capacity),
        }
    }

    /// How many bytes were written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What was written.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written, as the vector itself.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Forgets what was written and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// One byte.
    #[inline]
    pub fn u8(&mut self, value: u8) {
        self.bytes(&[value]);
    }

    /// be16 (`qemu_put_be16`).
    #[inline]
    pub fn u16(&mut self, value: u16) {
        self.bytes(&value.to_be_bytes());
    }

    /// be32 (`qemu_put_be32`).
    #[inline]
    pub fn u32(&mut self, value: u32) {
        self.bytes(&value.to_be_bytes());
    }

    /// be64 (`qemu_put_be64`).
    #[inline]
    pub fn u64(&mut self, value: u64) {
        self.bytes(&value.to_be_bytes());
    }

    /// Raw bytes.
    // A fuzzer is not to see the buffer's growth in every field of every device.
    #[cfg_attr(not(fuzzing), inline)]
    #[cfg_attr(fuzzing, inline(never))]
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// `count` zero bytes.
    #[inline]
    pub fn zeros(&mut self, count: usize) {
        self.bytes.resize(self.bytes.len() + count, 0);
    }

    /// One length byte and the string (`qemu_put_counted_string`).
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] above 255 bytes.
    pub fn counted_string(&mut self, text: &str) -> Result<()> {
        self.counted_bytes(text.as_bytes())
    }

    /// One length byte and the bytes of a name that need not be UTF-8.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] above 255 bytes.
    pub fn counted_bytes(&mut self, name: &[u8]) -> Result<()> {
        let len = u8::try_from(name.len()).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                format!(
                    "a name of {} bytes, {MAX_STRING_LEN} is the most the format can carry",
                    name.len()
                ),
            )
        })?;
        self.u8(len);
        self.bytes(name);
        Ok(())
    }

    /// `count` elements of `N` bytes each, written by `fill` into place: the form that compiles to a plain loop.
    #[inline]
    pub fn chunks<const N: usize>(&mut self, count: usize, values: impl Iterator<Item = [u8; N]>) {
        let start = self.bytes.len();
        self.bytes.resize(start + count * N, 0);
        let room = self.bytes.get_mut(start..).unwrap_or_default();
        for (chunk, value) in room.chunks_exact_mut(N).zip(values) {
            chunk.copy_from_slice(&value);
        }
    }
}
