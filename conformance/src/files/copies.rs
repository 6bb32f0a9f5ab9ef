//! Bytes of a file in small buffers, for whoever writes most of them elsewhere: a page of a map costs a fault, and is
//! brought through the processor's cache by the write alone; a copy costs neither. Of a large file the next buffers are filled
//! while one is written.

use std::collections::VecDeque;
use std::mem;
use std::sync::mpsc::{channel, Receiver, Sender};
use std::thread;

use crate::files::container::Window;

/// It stays in the processor's cache until it is written.
const BUFFER: usize = 256 << 10;

/// Buffers are filled from multiples of this on: a page that begins in one ends in it.
const STRIDE: usize = BUFFER - (16 << 10);

/// Copies start where a page of the file starts, at a page of memory. To a place a few bytes further in its page a copy takes
/// half as long again: the processor takes what it reads next for what it has just written there (4 KiB aliasing).
const ALIGNMENT: usize = 4096;

/// A file that is copied faster than a thread starts.
const SMALL: u64 = 64 << 20;

/// So many buffers are filled ahead: a thread that must be woken for each is late.
const AHEAD: usize = 4;

/// A part of a window, copied.
pub(crate) struct Copies {
    chunk: Chunk,
    ahead: Option<Ahead>,
}

impl Copies {
    /// Copies of a window, if it is one of a file.
    pub(crate) fn of(window: &Window) -> Option<Self> {
        window.is_file().then(|| Self {
            chunk: Chunk::new(),
            ahead: Ahead::of(window),
        })
    }

    /// The window's bytes from `start` on, as many as are there: at least `least`, unless it ends before or they are more
    /// than the buffer holds.
    pub(crate) fn from(&mut self, window: &Window, start: usize, least: usize) -> &[u8] {
        if !self.chunk.covers(start, least) {
            self.refill(window, start / STRIDE);
        }
        if !self.chunk.covers(start, least) {
            self.chunk.fill(window, start);
        }
        self.chunk.rest(start)
    }

    fn refill(&mut self, window: &Window, number: usize) {
        let filled = match &mut self.ahead {
            Some(ahead) => ahead.take(number, &mut self.chunk),
            None => false,
        };
        if !filled {
            self.chunk.fill(window, number * STRIDE);
        }
    }
}

/// A buffer.
struct Chunk {
    bytes: Vec<u8>,
    /// Where a page of memory starts in it: its front.
    front: usize,
    /// Where in the window the front stands.
    at: usize,
    /// Bytes that were filled from there on.
    len: usize,
}

impl Chunk {
    fn new() -> Self {
        let bytes = vec![0; BUFFER + ALIGNMENT];
        Self {
            front: bytes.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT),
            bytes,
            at: 0,
            len: 0,
        }
    }

    fn fill(&mut self, window: &Window, start: usize) {
        self.at = window.aligned_down(start, ALIGNMENT);
        let room = self.bytes.get_mut(self.front..self.front + BUFFER);
        self.len = window.copy(self.at, room.unwrap_or_default());
    }

    fn covers(&self, start: usize, least: usize) -> bool {
        let skip = start.checked_sub(self.at);
        skip.is_some_and(|skip| skip.saturating_add(least) <= self.len)
    }

    fn rest(&self, start: usize) -> &[u8] {
        let skip = start.saturating_sub(self.at).min(self.len);
        let filled = self.front + skip..self.front + self.len;
        self.bytes.get(filled).unwrap_or_default()
    }
}

/// A thread that fills the buffers that will probably be next.
struct Ahead {
    /// The numbers of the buffers that are being filled, in order.
    asked: VecDeque<usize>,
    spare: Vec<Chunk>,
    wanted: Sender<(usize, Chunk)>,
    filled: Receiver<Chunk>,
}

impl Ahead {
    /// Starts a thread, where one is worth it and can be had.
    fn of(window: &Window) -> Option<Self> {
        if window.len() < SMALL {
            return None;
        }
        let (wanted, to_fill) = channel::<(usize, Chunk)>();
        let (done, filled) = channel();
        let window = window.clone();
        let fill = move || {
            for (number, mut chunk) in to_fill {
                chunk.fill(&window, number * STRIDE);
                if done.send(chunk).is_err() {
                    return;
                }
            }
        };
        thread::Builder::new().spawn(fill).ok()?;
        Some(Self {
            asked: VecDeque::new(),
            spare: (0..AHEAD).map(|_| Chunk::new()).collect(),
            wanted,
            filled,
        })
    }

    /// Exchanges `chunk` for the buffer of that number, if it was asked for, and asks for those behind it.
    fn take(&mut self, number: usize, chunk: &mut Chunk) -> bool {
        let mut taken = false;
        while let Some(asked) = self.asked.front().copied().filter(|asked| *asked <= number) {
            let Ok(filled) = self.filled.recv() else {
                return false;
            };
            self.asked.pop_front();
            taken = asked == number;
            self.spare.push(match taken {
                true => mem::replace(chunk, filled),
                false => filled,
            });
        }
        let next = self.asked.back().map_or(number, |last| *last.max(&number));
        for (number, chunk) in (next + 1..).zip(mem::take(&mut self.spare)) {
            if self.wanted.send((number, chunk)).is_ok() {
                self.asked.push_back(number);
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::files::container::Source;
    use crate::files::map::Map;

    #[test]
    fn copies_are_what_the_map_shows() {
        let bytes: Vec<u8> = (0..BUFFER * 3 / 4)
            .flat_map(|word: usize| word.to_le_bytes().into_iter().take(2))
            .collect();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let Source::Window(window) = Source::mapped(Map::new(&file).unwrap()) else {
            panic!("a mapped file is a window");
        };
        let mut copies = Copies::of(&window).unwrap();
        let mut start = 0;
        for step in [0, 1, 5000, BUFFER - 5100, 98, 0, 70_000, 60_000]
            .into_iter()
            .cycle()
        {
            start += step;
            let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            let copied = copies.from(&window, start, 4096);
            assert!(copied.len() >= rest.len().min(4096), "at {start}");
            assert!(rest.starts_with(copied), "at {start}");
        }
        assert!(copies.from(&window, bytes.len(), 4096).is_empty());
        assert_eq!(copies.from(&window, 3, 8)[..2], bytes[3..5]);
    }
}
