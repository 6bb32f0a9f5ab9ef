//! The bytes at the parser's place: all of them for a mapped file, a window that moves on for a pipe.

use std::io::{self, Read};
use std::mem;

use vmsd_schema::limits::MAX_PIPE_TAIL;

use crate::files::ahead::Ahead;
use crate::files::container::{self, Source};
use crate::files::copies::Copies;

/// A stream's bytes from the place that was reached to as far as they are here.
pub struct Feed {
    store: Store,
    /// The place that was reached, in the store.
    start: usize,
    /// Where the store begins in the file, or in what was unpacked.
    base: u64,
    /// Where the stream begins there.
    origin: u64,
    /// Who touches the pages of a large map before us.
    ahead: Option<Ahead>,
    /// A mapped file's pages, where they are copied.
    copies: Option<Copies>,
    /// The place at which a mapped file is mapped anew, if it is to take little memory.
    renew_at: Option<usize>,
}

enum Store {
    Mapped(container::Window),
    Pipe(Window),
}

/// What is kept of a pipe.
struct Window {
    pipe: Box<dyn Read + Send>,
    /// Filled up to `len`; the rest is room to read into.
    buffer: Vec<u8>,
    len: usize,
    eof: bool,
    /// Whether passed bytes are kept.
    held: bool,
}

/// A pipe that ends within this many bytes is kept whole, and then is as good as a file.
const SMALL: usize = 8 << 20;

/// What is asked of a pipe at once. A pipe of Linux holds half of it, and it stays in the processor's cache.
const CHUNK: usize = 128 << 10;

/// So much of a mapped file is in memory at most where it is to take little.
const RENEW: usize = 16 << 20;

/// What is asked of a pipe first.
const SMALLEST: usize = 4 << 10;

impl Feed {
    /// The start of a stream. Of a pipe as much is read as a small stream has.
    ///
    /// # Errors
    /// Those of the pipe.
    pub fn new(source: Source) -> io::Result<Self> {
        let origin = source.base();
        let store = match source {
            Source::Window(window) => Store::Mapped(window),
            other => {
                let pipe = other.into_read();
                let mut window = Window {
                    pipe,
                    buffer: Vec::new(),
                    len: 0,
                    eof: false,
                    held: true,
                };
                window.fill(SMALL)?;
                window.held = window.eof;
                Store::Pipe(window)
            }
        };
        let ahead = match &store {
            Store::Mapped(map) => Ahead::of(map),
            Store::Pipe(_) => None,
        };
        Ok(Self {
            store,
            start: 0,
            base: origin,
            origin,
            ahead,
            copies: None,
            renew_at: None,
        })
    }

    /// The pages that [`Self::run`] shows will be written elsewhere.
    pub fn copy_runs(&mut self) {
        if let Store::Mapped(window) = &self.store {
            self.copies = Copies::of(window);
        }
        if self.copies.is_some() {
            self.ahead = None;
        }
    }

    /// Whether the stream is a file's bytes as they lie there.
    #[must_use]
    pub fn is_of_file(&self) -> bool {
        matches!(&self.store, Store::Mapped(window) if window.is_file())
    }

    /// Pages will hardly be looked at: what was passed of a mapped file need not stay in memory.
    pub fn spare_memory(&mut self) {
        self.copies = None;
        self.ahead = None;
        self.renew_at = Some(RENEW);
    }

    /// What is here for a run of pages, of which one has `page` bytes: at most `most`.
    pub fn run(&mut self, page: usize, most: usize) -> &[u8] {
        /// The word before a page, without a name.
        const HEADER: usize = 8;
        let data: &[u8] = match (&self.store, &mut self.copies) {
            (Store::Mapped(window), Some(copies)) => {
                return copies.from(window, self.start, page.saturating_add(HEADER));
            }
            (Store::Mapped(window), None) => window.as_slice(),
            (Store::Pipe(window), _) => window.filled(),
        };
        let data = data.get(self.start..).unwrap_or_default();
        data.get(..most).unwrap_or(data)
    }

    /// The whole stream, if it is all here.
    #[must_use]
    pub fn whole(&self) -> Option<&[u8]> {
        match &self.store {
            Store::Mapped(map) => Some(map.as_slice()),
            Store::Pipe(window) if window.eof && self.base == self.origin => Some(window.filled()),
            Store::Pipe(_) => None,
        }
    }

    /// What is here from the reached place on, and whether nothing follows it.
    #[must_use]
    pub fn rest(&self) -> (&[u8], bool) {
        let (bytes, eof): (&[u8], bool) = match &self.store {
            Store::Mapped(map) => (map.as_slice(), true),
            Store::Pipe(window) => (window.filled(), window.eof),
        };
        (bytes.get(self.start..).unwrap_or_default(), eof)
    }

    /// The place that was reached.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// Goes on by so many of the bytes that are here.
    #[inline]
    pub fn advance(&mut self, len: usize) {
        self.start += len;
        if let Some(ahead) = &mut self.ahead {
            ahead.reached(self.start);
        }
        if self.renew_at.is_some_and(|at| self.start >= at) {
            self.let_go();
            self.renew_at = Some(self.start + RENEW);
        }
    }

    /// What is in memory of a mapped file need not stay there.
    #[cold]
    pub fn let_go(&mut self) {
        if let Store::Mapped(window) = &mut self.store {
            window.renew();
        }
    }

    /// Reads on, so that at least `missing` bytes more are here, or the end is known.
    ///
    /// # Errors
    /// Those of the pipe; [`io::ErrorKind::OutOfMemory`] where one thing on the stream is larger than what is kept
    /// of a pipe.
    pub fn more(&mut self, missing: usize) -> io::Result<()> {
        let Store::Pipe(window) = &mut self.store else {
            return Ok(());
        };
        if !window.held {
            self.base += self.start as u64;
            window.drop_front(mem::take(&mut self.start));
        }
        let wanted = window.len.saturating_add(missing);
        if wanted.saturating_sub(self.start) > MAX_PIPE_TAIL {
            return Err(too_large());
        }
        window.fill(wanted)
    }

    /// Reads a pipe to its end and keeps what comes from here on.
    ///
    /// # Errors
    /// Those of the pipe. `Ok(false)` where more follows than is kept.
    pub fn hold(&mut self) -> io::Result<bool> {
        let Store::Pipe(window) = &mut self.store else {
            return Ok(true);
        };
        if !window.held {
            self.base += self.start as u64;
            window.drop_front(mem::take(&mut self.start));
        }
        while !window.eof && window.len - self.start < MAX_PIPE_TAIL {
            window.fill(window.len + CHUNK)?;
        }
        window.held = window.eof;
        Ok(window.eof)
    }

    /// Bytes that were passed, if they are still here.
    #[must_use]
    pub fn slice(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let start = usize::try_from(offset.checked_sub(self.base)?).ok()?;
        let bytes: &[u8] = match &self.store {
            Store::Mapped(map) => map.as_slice(),
            Store::Pipe(window) => window.filled(),
        };
        bytes.get(start..start.checked_add(len)?)
    }
}

impl Window {
    fn filled(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }

    fn drop_front(&mut self, len: usize) {
        self.buffer.copy_within(len..self.len, 0);
        self.len -= len;
    }

    /// Reads until `wanted` bytes are here or none come any more. The buffer grows as bytes arrive, not as they are
    /// announced.
    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        while self.len < wanted && !self.eof {
            // Room as the stream grows: a small one costs little.
            let room = self.len.clamp(SMALLEST, CHUNK);
            if self.buffer.len() - self.len < room / 2 {
                self.buffer.resize(self.len + room, 0);
            }
            let end = self.buffer.len().min(self.len + CHUNK);
            let room = self.buffer.get_mut(self.len..end).unwrap_or_default();
            match self.pipe.read(room) {
                Ok(0) => self.eof = true,
                Ok(read) => self.len += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cold]
fn too_large() -> io::Error {
    let message = format!("one item of the stream is larger than the {MAX_PIPE_TAIL} bytes that are kept of a pipe: it needs a file");
    io::Error::new(io::ErrorKind::OutOfMemory, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that gives its bytes in odd portions.
    struct Drip {
        left: usize,
        next: u8,
    }

    impl Read for Drip {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let len = room.len().min(self.left).min(70_001);
            for byte in room.iter_mut().take(len) {
                *byte = self.next;
                self.next = self.next.wrapping_add(1);
            }
            self.left -= len;
            Ok(len)
        }
    }

    fn feed(len: usize) -> Feed {
        Feed::new(Source::pipe(Drip { left: len, next: 0 })).unwrap()
    }

    #[test]
    fn a_small_pipe_is_as_good_as_a_file() {
        let mut feed = feed(1000);
        assert_eq!(feed.whole().map(<[u8]>::len), Some(1000));
        feed.advance(600);
        feed.more(1000).unwrap();
        assert_eq!(feed.rest().0.len(), 400);
        assert_eq!(feed.slice(255, 2), Some(&[255, 0][..]));
    }

    #[test]
    fn a_large_pipe_is_a_window_until_it_is_held() {
        let total = SMALL * 3;
        let mut feed = feed(total);
        assert!(feed.whole().is_none());
        while feed.offset() < SMALL as u64 * 2 {
            let here = feed.rest().0.len();
            assert_eq!(
                feed.rest().0.first().copied(),
                Some(feed.offset().to_be_bytes()[7])
            );
            feed.advance(here.saturating_sub(5));
            feed.more(10).unwrap();
        }
        assert_eq!(feed.slice(0, 1), None);
        assert!(feed.hold().unwrap());
        let from = feed.offset();
        let here = feed.rest().0.len();
        assert_eq!(from + here as u64, total as u64);
        feed.advance(here);
        feed.more(1).unwrap();
        assert_eq!(feed.slice(from, here).map(<[u8]>::len), Some(here));
    }
}
