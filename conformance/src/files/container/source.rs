//! Where bytes come from on the way inwards: a window of a mapped file, a pipe, or the state in a disk image.

use std::io::{self, Read};
use std::ops::Deref;
use std::sync::Arc;

use vmsd_schema::stream::{Chunk, Event, Parser};

use super::qcow2::VmState;
use crate::files::map::Map;

/// Bytes that are in memory as a whole; in practice a mapped file.
pub type Bytes = Arc<dyn Deref<Target = [u8]> + Send + Sync>;

/// The bytes of a stream, or of a container that is not unwrapped yet.
pub enum Source {
    /// A part of a mapped file.
    Window(Window),
    /// One after the other.
    Pipe(Pipe),
    /// The machine state in a disk image: in pieces, at any place.
    VmState(VmState),
}

impl Source {
    /// Bytes that are in memory as a whole.
    pub fn bytes(bytes: impl Deref<Target = [u8]> + Send + Sync + 'static) -> Self {
        Self::Window(Window::new(Arc::new(bytes)))
    }

    /// A mapped file.
    pub fn mapped(map: Map) -> Self {
        let map = Arc::new(map);
        Self::Window(Window {
            map: Some(map.clone()),
            ..Window::new(map)
        })
    }

    /// Bytes that come one after the other.
    pub fn pipe(read: impl Read + Send + 'static) -> Self {
        Self::Pipe(Pipe::new(Box::new(read), 0))
    }

    /// How many bytes there are, where that is known.
    #[must_use]
    pub fn known_len(&self) -> Option<u64> {
        match self {
            Self::Window(window) => Some(window.len()),
            Self::Pipe(_) => None,
            Self::VmState(state) => Some(state.len()),
        }
    }

    /// Where the next byte stands in the file or pipe that is unwrapped last: what the absolute offsets of
    /// mapped-ram count from is this many bytes before the stream.
    #[must_use]
    pub fn base(&self) -> u64 {
        match self {
            Self::Window(window) => window.start(),
            Self::Pipe(pipe) => pipe.base,
            Self::VmState(_) => 0,
        }
    }

    /// Whether these are the bytes of a stream with mapped-ram, whose offsets count from the start of its file.
    ///
    /// # Errors
    /// Those of reading.
    pub fn has_mapped_ram(&mut self) -> io::Result<bool> {
        /// Header and configuration; QEMU has some thirty names of capabilities.
        const CONFIGURATION_LEN: usize = 16 << 10;
        let mut bytes = self.peek(CONFIGURATION_LEN)?;
        let mut parser = Parser::new();
        while let Ok(Chunk::Parsed { consumed, event }) = parser.parse(bytes, false) {
            match event {
                Event::Header { .. } => bytes = bytes.get(consumed..).unwrap_or_default(),
                Event::Configuration(configuration) => {
                    let mut names = configuration.capabilities();
                    return Ok(names.any(|name| name.as_bytes() == b"mapped-ram"));
                }
                _ => break,
            }
        }
        Ok(false)
    }

    /// All bytes, one after the other.
    #[must_use]
    pub fn into_read(self) -> Box<dyn Read + Send> {
        match self {
            Self::Window(window) => Box::new(window.read()),
            Self::Pipe(pipe) => Box::new(pipe),
            Self::VmState(state) => Box::new(state),
        }
    }

    /// The first bytes, at most `len`, without moving on.
    pub(crate) fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        match self {
            Self::Window(window) => {
                let bytes = window.as_slice();
                Ok(bytes.get(..len).unwrap_or(bytes))
            }
            Self::Pipe(pipe) => pipe.peek(len),
            Self::VmState(state) => state.peek(len),
        }
    }

    /// The next bytes, at most `len`; grows with what is there, not with `len`.
    pub(super) fn take(&mut self, len: u64) -> io::Result<Vec<u8>> {
        let mut out = Vec::new();
        match self {
            Self::Window(window) => {
                let bytes = window.as_slice();
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                out.extend_from_slice(bytes.get(..len).unwrap_or(bytes));
                window.skip(out.len());
            }
            Self::Pipe(pipe) => {
                pipe.by_ref().take(len).read_to_end(&mut out)?;
            }
            Self::VmState(state) => {
                state.by_ref().take(len).read_to_end(&mut out)?;
            }
        }
        Ok(out)
    }

    /// Moves on by `len` bytes and says how many there were.
    pub(super) fn skip(&mut self, len: u64) -> io::Result<u64> {
        match self {
            Self::Window(window) => {
                let len = len.min(window.len());
                window.skip(usize::try_from(len).unwrap_or(usize::MAX));
                Ok(len)
            }
            Self::Pipe(pipe) => io::copy(&mut pipe.by_ref().take(len), &mut io::sink()),
            Self::VmState(state) => io::copy(&mut state.by_ref().take(len), &mut io::sink()),
        }
    }
}

/// A part of bytes that are in memory as a whole.
#[derive(Clone)]
pub struct Window {
    bytes: Bytes,
    /// The same bytes, where they are those of a file.
    map: Option<Arc<Map>>,
    start: usize,
    end: usize,
}

impl Window {
    /// All of `bytes`.
    #[must_use]
    pub fn new(bytes: Bytes) -> Self {
        let end = bytes.len();
        Self {
            bytes,
            map: None,
            start: 0,
            end,
        }
    }

    /// Where the window starts in the bytes around it.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start as u64
    }

    /// The length of the window.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.as_slice().len() as u64
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of the window.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// The bytes around it too, from the start of the file: what mapped-ram's offsets count in.
    #[must_use]
    pub fn whole(&self) -> &[u8] {
        self.bytes.get(..self.end).unwrap_or_default()
    }

    /// Maps the file anew: what was read of it until now leaves this process's memory, unless someone else holds it.
    pub(crate) fn renew(&mut self) {
        if let Some(map) = self.map.as_ref().and_then(|map| map.again()) {
            let map = Arc::new(map);
            self.bytes = map.clone();
            self.map = Some(map);
        }
    }

    /// Whether these are bytes of a file, which [`Self::copy`] can read.
    pub(crate) fn is_file(&self) -> bool {
        self.map.is_some()
    }

    /// Copies the window's bytes from `at` on, as many as there are.
    pub(crate) fn copy(&self, at: usize, buffer: &mut [u8]) -> usize {
        let Some(map) = &self.map else { return 0 };
        let start = self.start.saturating_add(at).min(self.end);
        let len = buffer.len().min(self.end - start);
        map.copy(start, buffer.get_mut(..len).unwrap_or_default())
    }

    /// The place before or at `at` whose place in the file is aligned, or the window's start.
    pub(crate) fn aligned_down(&self, at: usize, alignment: usize) -> usize {
        at - at.min(self.start.saturating_add(at) % alignment)
    }

    fn skip(&mut self, len: usize) {
        self.start = self.start.saturating_add(len).min(self.end);
    }

    fn read(self) -> WindowRead {
        WindowRead { rest: self }
    }
}

struct WindowRead {
    rest: Window,
}

impl Read for WindowRead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.rest.as_slice().read(out)?;
        self.rest.skip(len);
        Ok(len)
    }
}

/// Bytes that come one after the other, of which the first can be looked at.
pub struct Pipe {
    /// Bytes that were looked at and not yet read.
    head: io::Cursor<Vec<u8>>,
    rest: Box<dyn Read + Send>,
    base: u64,
}

impl Pipe {
    /// A pipe whose first byte stands at `base` in what is unwrapped.
    #[must_use]
    pub fn new(rest: Box<dyn Read + Send>, base: u64) -> Self {
        Self {
            head: io::Cursor::default(),
            rest,
            base,
        }
    }

    /// The same pipe with bytes put back in front of it.
    pub(super) fn put_back(self, bytes: Vec<u8>) -> Self {
        let base = self.base.saturating_sub(bytes.len() as u64);
        Self {
            head: io::Cursor::new(bytes),
            rest: Box::new(self.head.chain(self.rest)),
            base,
        }
    }

    fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        let mut head = Vec::new();
        self.head.read_to_end(&mut head)?;
        let missing = len.saturating_sub(head.len());
        self.rest
            .by_ref()
            .take(missing as u64)
            .read_to_end(&mut head)?;
        self.head = io::Cursor::new(head);
        let head = self.head.get_ref();
        Ok(head.get(..len).unwrap_or(head))
    }
}

impl Read for Pipe {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut len = self.head.read(out)?;
        if len == 0 {
            len = self.rest.read(out)?;
        }
        self.base = self.base.saturating_add(len as u64);
        Ok(len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_source_give_the_same_bytes() {
        let bytes = (0..=255u8).collect::<Vec<_>>();
        for mut source in [
            Source::bytes(bytes.clone()),
            Source::pipe(io::Cursor::new(bytes.clone())),
        ] {
            assert_eq!(source.peek(3).unwrap(), [0, 1, 2]);
            assert_eq!(source.take(2).unwrap(), [0, 1]);
            assert_eq!(source.peek(2).unwrap(), [2, 3]);
            assert_eq!(source.skip(8).unwrap(), 8);
            assert_eq!(source.base(), 10);
            let mut rest = Vec::new();
            source.into_read().read_to_end(&mut rest).unwrap();
            assert_eq!(rest, bytes[10..]);
        }
    }

    #[test]
    fn what_is_put_back_is_read_first() {
        let mut pipe = Pipe::new(Box::new(io::Cursor::new(vec![1, 2, 3, 4])), 0);
        assert_eq!(pipe.peek(3).unwrap(), [1, 2, 3]);
        let mut two = [0; 2];
        pipe.read_exact(&mut two).unwrap();
        let mut pipe = pipe.put_back(two.to_vec());
        assert_eq!(pipe.base, 0);
        assert_eq!(pipe.peek(9).unwrap(), [1, 2, 3, 4]);
    }
}
