//! Bytes of a file in a small buffer, for whoever writes most of them elsewhere: a page of a map costs a fault, and is
//! brought through the processor's cache by the write alone; a copy costs neither, and is still in the cache then.

use crate::files::container::Window;

/// It stays in the processor's cache until it is written.
const BUFFER: usize = 256 << 10;

/// Copies start where a page of the file starts, at a page of memory. To a place a few bytes further in its page a copy takes
/// half as long again: the processor takes what it reads next for what it has just written there (4 KiB aliasing).
const ALIGNMENT: usize = 4096;

/// A part of a window, copied.
pub(crate) struct Copies {
    buffer: Vec<u8>,
    /// Where a page of memory starts in the buffer: its front.
    front: usize,
    /// Where in the window the front stands.
    at: usize,
    /// Bytes that were filled from there on.
    len: usize,
}

impl Copies {
    /// Copies of a window, if it is one of a file.
    pub(crate) fn of(window: &Window) -> Option<Self> {
        window.is_file().then(|| {
            let buffer = vec![0; BUFFER + ALIGNMENT];
            Self {
                front: buffer.as_ptr().align_offset(ALIGNMENT).min(ALIGNMENT),
                buffer,
                at: 0,
                len: 0,
            }
        })
    }

    /// The window's bytes from `start` on, as many as are there: at least `least`, unless it ends before or they are more
    /// than the buffer holds.
    pub(crate) fn from(&mut self, window: &Window, start: usize, least: usize) -> &[u8] {
        let within = |from: usize, len: usize| start.checked_sub(from).filter(|skip| *skip <= len);
        let enough = |skip: &usize| self.len - skip >= least;
        if within(self.at, self.len).filter(enough).is_none() {
            self.at = window.aligned_down(start, ALIGNMENT);
            let room = self.buffer.get_mut(self.front..self.front + BUFFER);
            self.len = window.copy(self.at, room.unwrap_or_default());
        }
        let skip = within(self.at, self.len).unwrap_or(self.len);
        let filled = self.front + skip..self.front + self.len;
        self.buffer.get(filled).unwrap_or_default()
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
