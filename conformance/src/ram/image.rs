//! Guest memory in a sparse file: the destination of a migration that never runs.
//!
//! The file is new and reads as zero; pages are written where a layout has them. What is zero is not written, and what was
//! written and then turns zero becomes a hole again.

use std::fs::File;
use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::unix::fs::FileExt;

use flate2::{Decompress, FlushDecompress, Status};
use rustix::fs::{fallocate, FallocateFlags};
use vmsd_schema::stream::{BlockIndex, PageKind, RamPage};
use vmsd_schema::{Error, ErrorKind};

use super::pages::PageSet;

/// What is remembered as written or not.
const UNIT: u64 = 4096;
const UNIT_LEN: usize = 4096;

static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// What can go wrong.
#[derive(Debug)]
pub(super) enum Fault {
    /// The stream is wrong.
    Stream(Error),
    /// The file cannot be written or read back.
    Output(io::Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Stream(error)
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Guest memory in a file.
pub(super) struct Image {
    file: File,
    /// By block.
    places: Vec<Vec<Place>>,
    written: PageSet,
    inflate: Decompress,
}

/// A part of a block and where it lies in the file.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    len: u64,
    file_at: u64,
}

impl Image {
    /// Memory in `file`, which is empty.
    pub(super) fn new(file: File) -> Self {
        Self {
            file,
            places: Vec::new(),
            written: PageSet::default(),
            inflate: Decompress::new(true),
        }
    }

    /// A part of a block lies at `file_at`.
    pub(super) fn place(&mut self, block: BlockIndex, offset: u64, len: u64, file_at: u64) {
        let index = block.0 as usize;
        if index >= self.places.len() {
            self.places.resize_with(index + 1, Vec::new);
        }
        if let Some(places) = self.places.get_mut(index) {
            places.push(Place {
                offset,
                len,
                file_at,
            });
        }
    }

    pub(super) fn has(&self, block: BlockIndex) -> bool {
        !self.places_of(block).is_empty()
    }

    /// The pages of a block that have something, as numbers of units.
    pub(super) fn written(&self, block: BlockIndex, len: u64) -> Vec<Range<u64>> {
        self.written.held(block, 0..len.div_ceil(UNIT))
    }

    /// Writes pages of one block, those that follow each other at once.
    pub(super) fn pages(&mut self, pages: &[RamPage<'_>], page_size: u64) -> io::Result<()> {
        let mut slices: Vec<IoSlice<'_>> = Vec::new();
        let (mut start, mut end) = (0, 0);
        for page in pages {
            let len = page.data.len() as u64;
            let plain = page.kind == PageKind::Normal && !is_zero(page.data);
            let file_at = self.file_at(page.block, page.offset, len).filter(|_| plain);
            if file_at != Some(end) || slices.is_empty() {
                self.write_slices(&mut slices, start)?;
                start = file_at.unwrap_or_default();
            }
            match file_at {
                Some(at) => {
                    slices.push(IoSlice::new(page.data));
                    end = at + len;
                    self.mark(page.block, page.offset, len);
                }
                None if page.kind == PageKind::Zero => {
                    self.zero(page.block, page.offset, page_size)?;
                }
                None => self.write(page.block, page.offset, page.data)?,
            }
        }
        self.write_slices(&mut slices, start)
    }

    /// Writes bytes of a block, as far as they have a place.
    pub(super) fn write(&mut self, block: BlockIndex, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut rest = bytes;
        let mut at = offset;
        while !rest.is_empty() {
            let zero = is_zero(first_unit(rest));
            let units = rest.chunks(UNIT_LEN);
            let len = units
                .take_while(|unit| is_zero(unit) == zero)
                .map(<[u8]>::len)
                .sum();
            let (run, behind) = rest.split_at(len);
            if zero {
                self.zero(block, at, len as u64)?;
            } else {
                self.write_run(block, at, run)?;
            }
            at += len as u64;
            rest = behind;
        }
        Ok(())
    }

    fn write_run(&mut self, block: BlockIndex, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.mark(block, offset, bytes.len() as u64);
        let mut index = 0;
        while let Some((within, file_at)) = self.part(block, offset, bytes.len() as u64, &mut index)
        {
            let bytes = bytes.get(within).unwrap_or_default();
            self.file.write_all_at(bytes, file_at)?;
        }
        Ok(())
    }

    /// Makes bytes of a block zero: what was never written is already.
    pub(super) fn zero(&mut self, block: BlockIndex, offset: u64, len: u64) -> io::Result<()> {
        if len == 0 {
            return Ok(());
        }
        let end = offset + len;
        for run in self.written.held(block, offset / UNIT..end.div_ceil(UNIT)) {
            let from = (run.start * UNIT).max(offset);
            let until = run.end.saturating_mul(UNIT).min(end);
            let mut index = 0;
            while let Some((within, file_at)) = self.part(block, from, until - from, &mut index) {
                self.punch(file_at, (within.end - within.start) as u64)?;
            }
            // A unit of which only a part is zero now stays.
            self.written
                .remove(block, from.div_ceil(UNIT)..until / UNIT);
        }
        Ok(())
    }

    /// Reads what was written last; what has no place reads as zero.
    pub(super) fn read(&self, block: BlockIndex, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        bytes.fill(0);
        let mut index = 0;
        while let Some((within, file_at)) = self.part(block, offset, bytes.len() as u64, &mut index)
        {
            let mut bytes = bytes.get_mut(within).unwrap_or_default();
            let mut at = file_at;
            while !bytes.is_empty() {
                // The file may end before: it gets its length last.
                let read = self.file.read_at(bytes, at)?;
                if read == 0 {
                    break;
                }
                at += read as u64;
                bytes = bytes.get_mut(read..).unwrap_or_default();
            }
        }
        Ok(())
    }

    /// Fills a page from a zlib stream of its own.
    pub(super) fn inflate(&mut self, packed: &[u8], page: &mut [u8]) -> Result<(), Error> {
        self.inflate.reset(true);
        let wrong = |message: String| Error::new(ErrorKind::Ram, message);
        let status = self
            .inflate
            .decompress(packed, page, FlushDecompress::Finish)
            .map_err(|error| wrong(format!("a compressed page is damaged: {error}")))?;
        if status != Status::StreamEnd || self.inflate.total_out() != page.len() as u64 {
            return Err(wrong(format!(
                "a compressed page has {} bytes instead of {}",
                self.inflate.total_out(),
                page.len()
            )));
        }
        Ok(())
    }

    /// Gives the file headers and its length.
    pub(super) fn finish(&self, headers: &[(u64, Vec<u8>)], len: u64) -> io::Result<()> {
        self.file.set_len(len)?;
        for (at, header) in headers {
            self.file.write_all_at(header, *at)?;
        }
        Ok(())
    }

    fn places_of(&self, block: BlockIndex) -> &[Place] {
        self.places.get(block.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// The place in the file of bytes that lie in it as a whole.
    #[inline]
    fn file_at(&self, block: BlockIndex, offset: u64, len: u64) -> Option<u64> {
        let mut places = self.places_of(block).iter();
        let place = places
            .find(|place| offset >= place.offset && offset + len <= place.offset + place.len)?;
        Some(place.file_at + (offset - place.offset))
    }

    /// The next part of `len` bytes at `offset` that has a place: which of the bytes, and where they lie.
    fn part(
        &self,
        block: BlockIndex,
        offset: u64,
        len: u64,
        index: &mut usize,
    ) -> Option<(Range<usize>, u64)> {
        let end = offset.saturating_add(len);
        while let Some(place) = self.places_of(block).get(*index) {
            *index += 1;
            let from = place.offset.max(offset);
            let until = place.offset.saturating_add(place.len).min(end);
            if from < until {
                let within = |at: u64| usize::try_from(at - offset).unwrap_or(usize::MAX);
                return Some((
                    within(from)..within(until),
                    place.file_at + (from - place.offset),
                ));
            }
        }
        None
    }

    #[inline]
    fn mark(&mut self, block: BlockIndex, offset: u64, len: u64) {
        for unit in offset / UNIT..(offset + len).div_ceil(UNIT) {
            self.written.add(block, unit);
        }
    }

    /// Writes slices one behind the other from `at` on, and empties their list.
    fn write_slices(&self, slices: &mut Vec<IoSlice<'_>>, mut at: u64) -> io::Result<()> {
        let mut rest = slices.as_mut_slice();
        while !rest.is_empty() {
            let most = rest.len().min(1024);
            let batch = rest.get(..most).unwrap_or_default();
            match rustix::io::pwritev(&self.file, batch, at) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => {
                    at += len as u64;
                    IoSlice::advance_slices(&mut rest, len);
                }
                Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        slices.clear();
        Ok(())
    }

    /// Makes a hole, or writes zeros where the file system knows no holes.
    fn punch(&self, at: u64, len: u64) -> io::Result<()> {
        let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        if fallocate(&self.file, flags, at, len).is_ok() {
            return Ok(());
        }
        let (mut at, mut left) = (at, len);
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(usize::MAX);
            let zeros = ZEROS.get(..most).unwrap_or(&ZEROS);
            self.file.write_all_at(zeros, at)?;
            at += zeros.len() as u64;
            left -= zeros.len() as u64;
        }
        Ok(())
    }
}

fn first_unit(bytes: &[u8]) -> &[u8] {
    bytes.get(..UNIT_LEN).unwrap_or(bytes)
}

/// Whether all bytes are zero; of most pages the first tells.
fn is_zero(bytes: &[u8]) -> bool {
    bytes
        .chunks(ZEROS.len())
        .all(|chunk| ZEROS.get(..chunk.len()) == Some(chunk))
}
