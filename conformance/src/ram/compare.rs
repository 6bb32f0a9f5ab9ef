//! What differs between the memory of two guests, by page ranges.
//!
//! Both are loaded into temporary files, sparse ones, and only pages are compared that either has.

use std::io;

use vmsd_schema::stream::BlockIndex;
use vmsd_schema::{Error, ErrorKind};

use super::address::MemoryMap;
use super::extract::MAX_SIZE;
use super::image::Image;
use super::layout::Layout;
use super::load::{load, Loaded, Plan};
use super::open::{Opener, Streams};
use super::BlockTally;
use crate::reading::walk::Stop;

/// The unit of comparison: the smallest page of the machines that have large memories.
const PAGE: u64 = 4096;

/// A run of pages that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Of which block.
    pub block: String,
    /// Where in it.
    pub offset: u64,
    /// Bytes.
    pub len: u64,
    /// Where the first guest sees it, if that is known.
    pub address: Option<u64>,
}

/// A guest's memory, loaded.
pub struct Memory {
    loaded: Loaded,
    map: Option<MemoryMap>,
}

impl Memory {
    /// Loads all blocks of a stream.
    ///
    /// # Errors
    /// Why memory is not whole.
    pub fn load(opener: &Opener, progress: &mut dyn FnMut(u64)) -> Result<Self, Stop> {
        let file = tempfile::tempfile().map_err(Stop::Output)?;
        let mut streams = opener.open_surveyed(progress)?;
        let mut plan = AllBlocks { fixed: None };
        if streams.mapped {
            let (_, outline) = streams.outline(progress)?;
            plan.fixed = Some(all(&outline.ram.blocks).map_err(Stop::Stream)?);
            streams = reopened(opener)?;
        }
        let loaded = load(streams, file, &mut plan, progress)?;
        let map = MemoryMap::of(&loaded.walk, &loaded.outline).ok();
        Ok(Self { loaded, map })
    }

    fn blocks(&self) -> &[BlockTally] {
        &self.loaded.outline.ram.blocks
    }

    fn image(&self) -> &Image {
        &self.loaded.image
    }
}

/// The ranges that differ in blocks that both have, as far as both are long.
///
/// # Errors
/// The temporary files cannot be read back.
pub fn compare(a: &Memory, b: &Memory) -> io::Result<Vec<Changed>> {
    let mut changes = Vec::new();
    for (index, block) in (0..).zip(a.blocks()) {
        let mut others = (0..).zip(b.blocks());
        let Some((other_index, other)) = others.find(|(_, other)| other.name == block.name) else {
            continue;
        };
        let len = block.used_length.min(other.used_length);
        let pair = Pair {
            a: (a.image(), BlockIndex(index)),
            b: (b.image(), BlockIndex(other_index)),
            len,
        };
        let map = a.map.as_ref();
        let address = |offset| map.and_then(|map| map.address(&block.name, offset));
        for (offset, len) in pair.ranges(&address)? {
            changes.push(Changed {
                block: block.name.clone(),
                offset,
                len,
                address: address(offset),
            });
        }
    }
    Ok(changes)
}

/// One block of either guest.
struct Pair<'i> {
    a: (&'i Image, BlockIndex),
    b: (&'i Image, BlockIndex),
    len: u64,
}

impl Pair<'_> {
    /// Runs of pages that differ, by offset and length; at a hole in the addresses a new one begins. Pages that neither
    /// has are both zero.
    fn ranges(&self, address: &dyn Fn(u64) -> Option<u64>) -> io::Result<Vec<(u64, u64)>> {
        let mut held = self.a.0.written(self.a.1, self.len);
        held.extend(self.b.0.written(self.b.1, self.len));
        held.sort_unstable_by_key(|run| run.start);
        let (mut left, mut right) = (vec![0; 4096], vec![0; 4096]);
        let mut ranges: Vec<(u64, u64)> = Vec::new();
        let mut next = 0;
        for run in held {
            for page in run.start.max(next)..run.end {
                next = page + 1;
                let offset = page * PAGE;
                let len = PAGE.min(self.len.saturating_sub(offset));
                self.a.0.read(self.a.1, offset, &mut left)?;
                self.b.0.read(self.b.1, offset, &mut right)?;
                let within = usize::try_from(len).unwrap_or_default();
                if left.get(..within) == right.get(..within) {
                    continue;
                }
                let joins = |start: u64, run: u64| {
                    let from = address(start).map(|from| from + run);
                    start + run == offset && from == address(offset)
                };
                match ranges.last_mut() {
                    Some((start, run)) if joins(*start, *run) => *run += len,
                    _ => ranges.push((offset, len)),
                }
            }
        }
        Ok(ranges)
    }
}

struct AllBlocks {
    fixed: Option<Layout>,
}

impl Plan for AllBlocks {
    fn layout(&mut self, _: &str, blocks: &[BlockTally]) -> Result<Layout, Error> {
        match &self.fixed {
            Some(layout) => Ok(layout.clone()),
            None => all(blocks),
        }
    }
}

fn all(blocks: &[BlockTally]) -> Result<Layout, Error> {
    let layout = Layout::blocks(blocks).filter(|layout| layout.len <= MAX_SIZE);
    layout.ok_or_else(|| {
        let message = format!("the blocks have more than {MAX_SIZE} bytes together");
        Error::new(ErrorKind::Limit, message)
    })
}

fn reopened(opener: &Opener) -> Result<Streams, Stop> {
    if !opener.is_file() {
        let message = "a stream with mapped-ram is read twice: it needs a file";
        return Err(Stop::Stream(Error::new(ErrorKind::Unsupported, message)));
    }
    opener.open()
}
