//! A mapped-ram stream that moves to the start of a file: its offsets count from there.
//!
//! In go the steps of a walk, out goes the same stream with new places for the bitmap and the pages of each block. QEMU
//! wants the pages at the start of a page and puts them at a whole MiB, so they cannot all move by the same distance.

use std::io::{self, Write};

use vmsd_schema::stream::{Event, MappedRam, Ram, RamBlockEntry};
use vmsd_schema::wire::Writer;

use crate::walk::{Step, Thing};

/// Where QEMU puts pages (`MAPPED_RAM_FILE_OFFSET_ALIGNMENT`).
const ALIGNMENT: u64 = 1 << 20;

/// Bytes of the header of a mapped block.
const HEADER: u64 = 28;

/// Writes a stream from the start of a file on.
pub struct Relocate<'o> {
    out: &'o mut dyn Write,
    /// Bytes that are written.
    at: u64,
    /// Where the pages of the last listed block start, until they do.
    pages_at: Option<u64>,
}

impl<'o> Relocate<'o> {
    /// A stream that is written to `out`.
    pub fn new(out: &'o mut dyn Write) -> Self {
        Self {
            out,
            at: 0,
            pages_at: None,
        }
    }

    /// Writes one step.
    ///
    /// # Errors
    /// Those of the output.
    pub fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        match &step.thing {
            Thing::Event(Event::Ram(Ram::MappedGap { .. })) => Ok(()),
            Thing::Event(Event::Ram(Ram::MappedBitmap { bytes, .. })) => self.write(bytes),
            Thing::Event(Event::Ram(Ram::Block(entry))) => {
                self.reach_pages()?;
                match &entry.mapped {
                    Some(mapped) => self.block(entry, mapped, step.raw),
                    None => self.write(step.raw),
                }
            }
            _ => {
                self.reach_pages()?;
                self.write(step.raw)
            }
        }
    }

    fn block(
        &mut self,
        entry: &RamBlockEntry<'_>,
        mapped: &MappedRam,
        raw: &[u8],
    ) -> io::Result<()> {
        let bitmap_offset = self.at + raw.len() as u64;
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
        self.write(front)?;
        self.write(header.as_bytes())?;
        self.pages_at = Some(pages_offset);
        Ok(())
    }

    /// Fills up with zeros to where the pages start.
    fn reach_pages(&mut self) -> io::Result<()> {
        let Some(pages_at) = self.pages_at.take() else {
            return Ok(());
        };
        let zeros = io::copy(
            &mut io::Read::take(io::repeat(0), pages_at.saturating_sub(self.at)),
            self.out,
        )?;
        self.at += zeros;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.at += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
