//! `vmsd ram list` for people and for programs: the blocks of guest memory, and where the guest sees them.

use std::io::{self, Write};

use serde::Serialize;

use super::inspect::kinds;
use super::inspect_json::PageCounts;
use super::tree_json::SCHEMA_VERSION;
use super::Styles;
use crate::ram::address::{MemoryMap, Unknown};
use crate::ram::Pages;
use crate::reading::outline::Outline;

/// The report.
#[derive(Serialize)]
pub struct List<'a> {
    schema_version: u32,
    file: &'a str,
    machine: Option<&'a str>,
    total: Option<u64>,
    blocks: Vec<Block<'a>>,
    map: Option<Map<'a>>,
    map_unknown: Option<String>,
}

#[derive(Serialize)]
struct Block<'a> {
    name: &'a str,
    used_length: u64,
    page_size: Option<u64>,
    #[serde(skip)]
    counted: Pages,
    pages: PageCounts,
}

#[derive(Serialize)]
struct Map<'a> {
    source: &'static str,
    ranges: Vec<Range<'a>>,
}

#[derive(Serialize)]
struct Range<'a> {
    address: u64,
    size: u64,
    block: &'a str,
    offset: u64,
}

impl<'a> List<'a> {
    /// The memory of a stream that was walked.
    #[must_use]
    pub fn new(file: &'a str, outline: &'a Outline, map: Result<&'a MemoryMap, &Unknown>) -> Self {
        let settings = outline.configuration.as_ref();
        let blocks = outline.ram.blocks.iter().map(|block| Block {
            name: &block.name,
            used_length: block.used_length,
            page_size: block.page_size,
            counted: block.pages,
            pages: PageCounts::new(block.pages),
        });
        Self {
            schema_version: SCHEMA_VERSION,
            file,
            machine: settings.map(|settings| settings.machine.as_str()),
            total: outline.ram.total,
            blocks: blocks.collect(),
            map: map.ok().map(Map::new),
            map_unknown: map.err().map(ToString::to_string),
        }
    }

    /// Writes it for people.
    ///
    /// # Errors
    /// Those of the output.
    pub fn text(&self, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
        let Styles { heading, note, .. } = styles;
        writeln!(
            out,
            "{heading}{:>14}  {:<32}  pages{heading:#}",
            "bytes", "RAM block"
        )?;
        for block in &self.blocks {
            writeln!(
                out,
                "{:>14}  {:<32}  {}",
                block.used_length,
                block.name,
                kinds(block.counted)
            )?;
        }
        writeln!(out)?;
        let Some(map) = &self.map else {
            let why = self.map_unknown.as_deref().unwrap_or_default();
            return writeln!(
                out,
                "{note}guest-physical memory is not known:{note:#} {why}"
            );
        };
        writeln!(
            out,
            "{heading}guest-physical memory{heading:#}  ({})",
            map.source
        )?;
        for range in &map.ranges {
            let last = range.address.saturating_add(range.size).saturating_sub(1);
            let whole = range.offset == 0;
            let from = if whole {
                String::new()
            } else {
                format!(" from {:#x}", range.offset)
            };
            writeln!(
                out,
                "{:#014x}-{last:#014x}  {}{from}",
                range.address, range.block
            )?;
        }
        Ok(())
    }
}

impl<'a> Map<'a> {
    fn new(map: &'a MemoryMap) -> Self {
        let ranges = map.ranges.iter().map(|range| Range {
            address: range.address,
            size: range.len,
            block: &range.block,
            offset: range.offset,
        });
        Self {
            source: map.source.as_str(),
            ranges: ranges.collect(),
        }
    }
}

/// The ranges of a map on one line.
#[must_use]
pub fn ranges(map: &MemoryMap) -> String {
    let ranges = map.ranges.iter();
    let texts = ranges.map(|range| format!("{} at {:#x}", size(range.len), range.address));
    texts.collect::<Vec<_>>().join(", ")
}

/// A number of bytes in the largest unit that divides it.
#[must_use]
pub fn size(len: u64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let fits = |bits: &u32| len != 0 && len % (1 << bits) == 0;
    match units.iter().find(|(_, bits)| fits(bits)) {
        Some((name, bits)) => format!("{} {name}", len >> bits),
        None => format!("{len} bytes"),
    }
}
