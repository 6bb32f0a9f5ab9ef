//! The cursor of the pull parser: a [`Reader`] that tells "not here yet" from "the input ends".
//!
//! A step of the parser reads a whole item off it before it changes any state, so a step that runs dry is simply
//! taken again with more bytes.

use std::borrow::Cow;

use super::name::Name;
use crate::error::{Error, ErrorKind};
use crate::wire::Reader;

/// Why a step of the parser did not finish.
pub(super) enum Fail {
    /// So many bytes more are needed at least.
    More(usize),
    /// The stream is wrong.
    Error(Error),
}

impl Fail {
    /// Cites a section of docs/format.md.
    #[cold]
    pub(super) fn cite(self, section: &'static str) -> Self {
        match self {
            Self::Error(error) => Self::Error(error.cite(section)),
            more => more,
        }
    }
}

impl From<Error> for Fail {
    #[cold]
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// What one step reads.
pub(super) type Step<T> = Result<T, Fail>;

/// The bytes of one step.
pub(super) struct Input<'a> {
    reader: Reader<'a>,
    eof: bool,
}

impl<'a> Input<'a> {
    pub(super) fn new(data: &'a [u8], offset: u64, eof: bool) -> Self {
        Self {
            reader: Reader::with_base(data, offset),
            eof,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.reader.offset()
    }

    pub(super) fn consumed(&self) -> usize {
        self.reader.consumed()
    }

    pub(super) fn remaining(&self) -> usize {
        self.reader.remaining()
    }

    /// Whether no byte is here and none will come.
    pub(super) fn at_end(&self) -> bool {
        self.eof && self.reader.is_empty()
    }

    /// Whether no more bytes will come than are here.
    pub(super) fn is_last(&self) -> bool {
        self.eof
    }

    /// Bytes that are here, without advancing.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.reader.rest()
    }

    /// The next `len` bytes without advancing; `None` where the input ends before.
    pub(super) fn peek(&self, len: usize) -> Step<Option<&'a [u8]>> {
        match self.reader.rest().get(..len) {
            Some(bytes) => Ok(Some(bytes)),
            None if self.eof => Ok(None),
            None => Err(self.short(len)),
        }
    }

    /// The next byte without advancing; `None` at the end of the input.
    pub(super) fn peek_u8(&self) -> Step<Option<u8>> {
        Ok(self.peek(1)?.and_then(|bytes| bytes.first().copied()))
    }

    #[inline]
    pub(super) fn bytes(&mut self, len: usize) -> Step<&'a [u8]> {
        if self.remaining() < len {
            return Err(self.short(len));
        }
        Ok(self.reader.bytes(len)?)
    }

    /// A window whose length is a number of the stream.
    #[inline]
    pub(super) fn window(&mut self, len: u64) -> Step<&'a [u8]> {
        self.bytes(usize::try_from(len).unwrap_or(usize::MAX))
    }

    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Step<[u8; N]> {
        if self.remaining() < N {
            return Err(self.short(N));
        }
        Ok(self.reader.array()?)
    }

    #[inline]
    pub(super) fn u8(&mut self) -> Step<u8> {
        self.array().map(u8::from_be_bytes)
    }

    #[inline]
    pub(super) fn u16(&mut self) -> Step<u16> {
        self.array().map(u16::from_be_bytes)
    }

    #[inline]
    pub(super) fn u32(&mut self) -> Step<u32> {
        self.array().map(u32::from_be_bytes)
    }

    #[inline]
    pub(super) fn u64(&mut self) -> Step<u64> {
        self.array().map(u64::from_be_bytes)
    }

    /// One length byte and that many bytes.
    pub(super) fn counted(&mut self) -> Step<Name<'a>> {
        let len = usize::from(self.u8()?);
        self.bytes(len).map(Name::new)
    }

    /// A failure of `kind` at the next byte.
    #[cold]
    pub(super) fn fail(&self, kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Fail {
        Fail::Error(self.reader.error(kind, message))
    }

    #[cold]
    fn short(&self, len: usize) -> Fail {
        if self.eof {
            Fail::Error(self.reader.truncated(len))
        } else {
            Fail::More(len.saturating_sub(self.remaining()))
        }
    }
}

/// A failure of `kind` at `offset`.
#[cold]
pub(super) fn fail_at(kind: ErrorKind, offset: u64, message: impl Into<Cow<'static, str>>) -> Fail {
    Fail::Error(Error::at(kind, offset, message))
}
