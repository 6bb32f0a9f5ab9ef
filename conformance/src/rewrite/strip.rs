//! A stream without what was in the guest's memory: smaller, and clean enough to be sent around.
//!
//! In go the steps of a walk, out go the bytes that stay, as they come. Every byte that is not a page of guest memory,
//! or the contents of a disk, stays as it is: framing, block list, devices, description.
//!
//! | in the stream | dropped | scrubbed |
//! |---|---|---|
//! | page records | gone | zero pages stay, all others get the pattern; of a delta the new bytes do |
//! | mapped-ram | bitmap cleared, pages zeroed | pages that the bitmap sets get the pattern |
//! | `block` chunks (disk contents) | gone | get the pattern |
//!
//! mapped-ram keeps its size: its blocks stand at offsets of the file, which a hole would serve but a pipe cannot carry. If
//! the stream stood behind other bytes, its blocks move to where they stand without those. Blocks that the caller
//! wants to keep stay as they are.

use std::collections::BTreeSet;
use std::io::{self, Write};

use flate2::write::ZlibEncoder;
use flate2::Compression;
use vmsd_schema::stream::ram::xbzrle::XbzrleRuns;
use vmsd_schema::stream::{
    BlockIndex, BlockRecord, Event, Live, PageKind, Ram, RamBlockEntry, RamPage,
};
use vmsd_schema::wire::Writer;
use vmsd_schema::Error;

use crate::reading::walk::{Step, Thing};
use crate::rewrite::relocate::{Placed, Places, What};

/// What happens to the guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Its records are left out.
    Drop,
    /// Its records stay, what is in them is overwritten.
    Scrub,
}

/// What a scrubbed page holds: this text over and over.
pub const PATTERN: &[u8; 16] = b"vmsd scrubbed   ";

/// Writes a stream without the guest's memory.
pub struct Strip<'o> {
    out: &'o mut dyn Write,
    mode: Mode,
    /// Names of blocks whose memory stays.
    keep: Vec<String>,
    /// Those of them that are there, by index.
    kept: BTreeSet<BlockIndex>,
    /// Names of all blocks, by index.
    blocks: Vec<String>,
    /// Where the blocks of a stream go that moves.
    places: Option<Places>,
    report: Report,
    /// One page of the pattern.
    page: Vec<u8>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Bytes that were read.
    pub read: u64,
    /// Bytes that were written.
    pub written: u64,
    /// Page records that were dropped or overwritten; in a mapped-ram file, pieces of blocks.
    pub records: u64,
}

impl<'o> Strip<'o> {
    /// A stream that is written to `out`.
    pub fn new(out: &'o mut dyn Write, mode: Mode) -> Self {
        Self {
            out,
            mode,
            keep: Vec::new(),
            kept: BTreeSet::new(),
            blocks: Vec::new(),
            places: None,
            report: Report::default(),
            page: Vec::new(),
        }
    }

    /// Keeps the memory of the blocks of these names.
    #[must_use]
    pub fn keeping(mut self, names: &[String]) -> Self {
        self.keep = names.to_vec();
        self
    }

    /// The stream stood behind other bytes: offsets that count from the start of the file change.
    #[must_use]
    pub fn moving(mut self) -> Self {
        self.places = Some(Places::default());
        self
    }

    /// A block that was to be kept and is not there.
    #[must_use]
    pub fn not_found(&self) -> Option<&str> {
        let mut names = self.keep.iter();
        let missing = names.find(|name| !self.blocks.contains(name));
        missing.map(String::as_str)
    }

    /// Names of all blocks of the stream.
    #[must_use]
    pub fn blocks(&self) -> &[String] {
        &self.blocks
    }

    /// What was done so far.
    #[must_use]
    pub fn report(&self) -> Report {
        self.report
    }

    /// Writes what stays of one step.
    ///
    /// # Errors
    /// Those of the output.
    pub fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        self.report.read += step.raw.len() as u64;
        if let Thing::Event(Event::Ram(Ram::Block(entry))) = &step.thing {
            self.list(entry);
        }
        let written = self.report.written;
        if let Some(Placed { padding, what }) = self
            .places
            .as_mut()
            .map(|places| places.place(step, written))
        {
            self.zeros(padding)?;
            match what {
                What::Bytes => {}
                What::Entry(entry) => return self.keep(&entry),
                What::Nothing => return Ok(()),
            }
        }
        match &step.thing {
            Thing::Event(Event::Ram(record)) => self.record(record, step),
            Thing::Event(Event::Live(record)) => self.live(&record.live, step.raw),
            _ => self.keep(step.raw),
        }
    }

    fn record(&mut self, record: &Ram<'_>, step: &Step<'_>) -> io::Result<()> {
        let block = match record {
            Ram::Page(page) => Some(page.block),
            Ram::MappedBitmap { block, .. } | Ram::MappedPages { block, .. } => Some(*block),
            _ => None,
        };
        if block.is_some_and(|block| self.kept.contains(&block)) {
            return self.keep(step.raw);
        }
        match (record, self.mode) {
            (Ram::Page(_), Mode::Drop) => self.leave_out(),
            (Ram::Page(page), Mode::Scrub) => self.scrub(page, step),
            (Ram::MappedBitmap { bytes, .. }, Mode::Drop) => self.zeros(bytes.len() as u64),
            (Ram::MappedPages { bytes, .. }, Mode::Drop) => {
                self.report.records += 1;
                self.zeros(bytes.len() as u64)
            }
            (Ram::MappedPages { bytes, .. }, Mode::Scrub) => {
                self.report.records += 1;
                self.pattern(bytes.len())
            }
            // Nobody reads what stands in the gap; it may be an old page.
            (Ram::MappedGap { bytes, .. }, _) => self.zeros(bytes.len() as u64),
            _ => self.keep(step.raw),
        }
    }

    fn list(&mut self, entry: &RamBlockEntry<'_>) {
        let name = entry.name.to_string();
        if self.keep.contains(&name) {
            self.kept.insert(entry.index);
        }
        // One that is listed again keeps its index.
        if entry.index.0 as usize == self.blocks.len() {
            self.blocks.push(name);
        }
    }

    fn keep(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.report.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }

    fn leave_out(&mut self) -> io::Result<()> {
        self.report.records += 1;
        Ok(())
    }

    fn live(&mut self, live: &Live<'_>, raw: &[u8]) -> io::Result<()> {
        let Live::Block(BlockRecord {
            data: Some(data), ..
        }) = live
        else {
            return self.keep(raw);
        };
        match self.mode {
            Mode::Drop => self.leave_out(),
            Mode::Scrub => {
                self.report.records += 1;
                self.keep(raw.get(..raw.len() - data.len()).unwrap_or_default())?;
                self.pattern(data.len())
            }
        }
    }

    fn scrub(&mut self, page: &RamPage<'_>, step: &Step<'_>) -> io::Result<()> {
        let size = usize::try_from(step.parser.page_size().bytes).unwrap_or_default();
        let replacement = match page.kind {
            PageKind::Zero => return self.keep(step.raw),
            PageKind::Normal => {
                self.report.records += 1;
                self.keep(
                    step.raw
                        .get(..step.raw.len() - page.data.len())
                        .unwrap_or_default(),
                )?;
                return self.pattern(page.data.len());
            }
            PageKind::Xbzrle => scrub_delta(page.data, size),
            PageKind::Compressed => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&self.pattern_page(size))?;
                encoder.finish()?
            }
        };
        self.report.records += 1;
        let mut out = Writer::new();
        let record = RamPage {
            data: &replacement,
            ..*page
        };
        Ram::Page(record)
            .write(&mut out)
            .map_err(|error: Error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.keep(out.as_bytes())
    }

    fn pattern_page(&self, len: usize) -> Vec<u8> {
        PATTERN.iter().copied().cycle().take(len).collect()
    }

    /// Pages and pieces are a multiple of the pattern long.
    fn pattern(&mut self, len: usize) -> io::Result<()> {
        const CHUNK: usize = 1 << 12;
        if self.page.is_empty() {
            self.page = self.pattern_page(CHUNK);
        }
        let mut left = len;
        while left > 0 {
            let chunk = self.page.get(..left.min(CHUNK)).unwrap_or_default();
            self.report.written += chunk.len() as u64;
            self.out.write_all(chunk)?;
            left -= chunk.len();
        }
        Ok(())
    }

    fn zeros(&mut self, len: u64) -> io::Result<()> {
        self.report.written += len;
        io::copy(&mut io::Read::take(io::repeat(0), len), self.out).map(drop)
    }
}

/// A delta whose new bytes are the pattern, at the same places. What does not decode goes whole.
fn scrub_delta(delta: &[u8], page_len: usize) -> Vec<u8> {
    let mut out = delta.to_vec();
    let mut runs = XbzrleRuns::new(delta, page_len);
    let mut end = 0;
    while let Ok(Some(run)) = runs.next() {
        end = run.at + run.bytes.len();
        let pattern = PATTERN.iter().cycle().skip(run.place % PATTERN.len());
        let room = out.get_mut(run.at..end).unwrap_or_default();
        room.iter_mut()
            .zip(pattern)
            .for_each(|(byte, pattern)| *byte = *pattern);
    }
    out.get_mut(end..).unwrap_or_default().fill(0);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_keeps_its_places_and_loses_its_bytes() {
        // 1 byte stays, 2 are new, 200 stay, 1 is new.
        let delta = [1, 2, 0xaa, 0xbb, 0xc8, 0x01, 1, 0xcc];
        let scrubbed = scrub_delta(&delta, 4096);
        assert_eq!(
            scrubbed,
            [1, 2, b'm', b's', 0xc8, 0x01, 1, PATTERN[203 % 16]]
        );
        let damaged = [&delta[..], &[9, 0, 0xdd, 0xdd]].concat();
        assert_eq!(scrub_delta(&damaged, 4096)[8..], [0; 4]);
    }
}
