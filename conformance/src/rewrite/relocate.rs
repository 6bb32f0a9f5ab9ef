//! A mapped-ram stream that moves to the start of a file: its offsets count from there.
//!
//! In go the steps of a walk, out goes the same stream with new places for the bitmap and the pages of each block. QEMU
//! wants the pages at the start of a page and puts them at a whole MiB, so they cannot all move by the same distance.

use std::io::{self, Write};

use vmsd_schema::stream::{Event, MappedRam, Ram, RamBlockEntry};
use vmsd_schema::wire::Writer;

use crate::reading::walk::{Step, Thing};

/// Where QEMU puts pages (`MAPPED_RAM_FILE_OFFSET_ALIGNMENT`).
const ALIGNMENT: u64 = 1 << 20;

/// Bytes of the header of a mapped block.
const HEADER: u64 = 28;

/// Where the things of a stream go that moves.
#[derive(Debug, Default)]
pub struct Places {
    /// Where the pages of the last listed block start, until they do.
    pages_at: Option<u64>,
}

/// What is to be written for a step.
#[derive(Debug, PartialEq, Eq)]
pub struct Placed {
    /// Zeros before it.
    pub padding: u64,
    /// What.
    pub what: What,
}

/// What stands in the place of a step.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// The step's own bytes, or as many others.
    Bytes,
    /// The entry of a block, with its new places.
    Entry(Vec<u8>),
    /// Nothing: the padding of the new places stands for it.
    Nothing,
}

impl Places {
    /// Where a step goes, if `at` bytes were written so far.
    pub fn place(&mut self, step: &Step<'_>, at: u64) -> Placed {
        let placed = |padding, what| Placed { padding, what };
        match &step.thing {
            Thing::Event(Event::Ram(Ram::MappedGap { .. })) => placed(0, What::Nothing),
            Thing::Event(Event::Ram(Ram::MappedBitmap { .. })) => placed(0, What::Bytes),
            Thing::Event(Event::Ram(Ram::Block(entry))) => {
                let padding = self.reach_pages(at);
                match &entry.mapped {
                    Some(mapped) => {
                        let what = self.entry(entry, mapped, step.raw, at + padding);
                        placed(padding, What::Entry(what))
                    }
                    None => placed(padding, What::Bytes),
                }
            }
            _ => placed(self.reach_pages(at), What::Bytes),
        }
    }

    fn entry(
        &mut self,
        entry: &RamBlockEntry<'_>,
        mapped: &MappedRam,
        raw: &[u8],
        at: u64,
    ) -> Vec<u8> {
        let bitmap_offset = at + raw.len() as u64;
        let bitmap_end = bitmap_offset + mapped.bitmap_len(entry.used_length);
        let pages_offset = bitmap_end.next_multiple_of(ALIGNMENT);
        let front = usize::try_from(HEADER)
            .ok()
            .and_then(|header| raw.len().checked_sub(header));
        let front = front.and_then(|front| raw.get(..front)).unwrap_or_default();
        let mut header = Writer::new();
        header.u32(mapped.version);
        header.u64(mapped.page_size);
        header.u64(bitmap_offset);
        header.u64(pages_offset);
        self.pages_at = Some(pages_offset);
        [front, header.as_bytes()].concat()
    }

    /// Zeros up to where the pages start.
    fn reach_pages(&mut self, at: u64) -> u64 {
        self.pages_at
            .take()
            .map_or(0, |pages_at| pages_at.saturating_sub(at))
    }
}

/// Writes a stream from the start of a file on.
pub struct Relocate<'o> {
    out: &'o mut dyn Write,
    /// Bytes that are written.
    at: u64,
    places: Places,
}

impl<'o> Relocate<'o> {
    /// A stream that is written to `out`.
    pub fn new(out: &'o mut dyn Write) -> Self {
        Self {
            out,
            at: 0,
            places: Places::default(),
        }
    }

    /// Writes one step.
    ///
    /// # Errors
    /// Those of the output.
    pub fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        let Placed { padding, what } = self.places.place(step, self.at);
        self.at += io::copy(&mut io::Read::take(io::repeat(0), padding), self.out)?;
        match what {
            What::Bytes => self.write(step.raw),
            What::Entry(entry) => self.write(&entry),
            What::Nothing => Ok(()),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
