//! Bytes that replace others, and the copy of a stream with them in it.

use std::io::{self, Write};

use vmsd_schema::stream::{Event, Ram};

use crate::reading::walk::{Step, Thing};

/// Bytes that replace others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where the replaced ones start.
    pub at: u64,
    /// How many there are.
    pub len: u64,
    /// What comes in their place.
    pub bytes: Vec<u8>,
}

/// Copies a stream with the changes of a plan.
pub struct Patcher<'o> {
    out: &'o mut dyn Write,
    patches: std::iter::Peekable<std::vec::IntoIter<Patch>>,
    /// Where the next byte of the input stands.
    at: u64,
    /// Where the input is wanted again.
    skip_to: u64,
    /// Bytes that were written.
    written: u64,
    /// Where the stream starts in its file.
    start: u64,
}

impl<'o> Patcher<'o> {
    /// A copy to `out` of a stream that starts at `start` of its file; `patches` stand in its order.
    pub fn new(out: &'o mut dyn Write, start: u64, patches: Vec<Patch>) -> Self {
        Self {
            out,
            patches: patches.into_iter().peekable(),
            at: start,
            skip_to: start,
            written: 0,
            start,
        }
    }

    /// Bytes that were written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Copies one step.
    ///
    /// # Errors
    /// Those of the output, and where the memory of a mapped-ram file would have to move.
    pub fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        if let Thing::Event(Event::Ram(Ram::Block(entry))) = &step.thing {
            if entry.mapped.is_some() && self.written != self.at {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    match self.start {
                        0 => "the memory of a mapped-ram file stands at fixed places: a change before it must keep the length",
                        _ => "the memory of a mapped-ram file stands at fixed places: unwrap the stream first",
                    },
                ));
            }
        }
        self.copy(step.raw)
    }

    fn copy(&mut self, mut raw: &[u8]) -> io::Result<()> {
        while !raw.is_empty() {
            let next = self.patches.peek().map_or(u64::MAX, |patch| patch.at);
            if self.at < self.skip_to {
                raw = self.take(raw, self.skip_to, false)?;
            } else if next > self.at {
                raw = self.take(raw, next, true)?;
            } else if let Some(patch) = self.patches.next() {
                self.skip_to = self.at + patch.len;
                self.written += patch.bytes.len() as u64;
                self.out.write_all(&patch.bytes)?;
            }
        }
        Ok(())
    }

    /// Takes what stands before `end`, and says what is left.
    fn take<'r>(&mut self, raw: &'r [u8], end: u64, keep: bool) -> io::Result<&'r [u8]> {
        let len = usize::try_from(end - self.at)
            .unwrap_or(usize::MAX)
            .min(raw.len());
        let (head, tail) = raw.split_at(len);
        self.at += len as u64;
        if keep {
            self.written += len as u64;
            self.out.write_all(head)?;
        }
        Ok(tail)
    }
}

/// The bytes at `at` with `patches` in them.
pub(super) fn apply(bytes: &[u8], at: u64, patches: &[&Patch]) -> Vec<u8> {
    let mut out = Vec::new();
    let patches: Vec<Patch> = patches.iter().map(|patch| (*patch).clone()).collect();
    // Memory takes all that is written.
    let _ = Patcher::new(&mut out, at, patches).copy(bytes);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_patch_reaches_over_pieces_of_the_input() {
        let patch = |at, len, bytes: &[u8]| Patch {
            at,
            len,
            bytes: bytes.to_vec(),
        };
        let patches = vec![
            patch(101, 1, b"X"),
            patch(103, 4, b""),
            patch(108, 1, b"long"),
        ];
        let mut out = Vec::new();
        let mut patcher = Patcher::new(&mut out, 100, patches);
        for piece in [&b"01"[..], b"2345", b"6789"] {
            patcher.copy(piece).unwrap();
        }
        assert_eq!(patcher.written(), 9);
        assert_eq!(out, b"0X27long9");
    }
}
