//! Which record of a page is the last, so that of each page only that is written.
//!
//! A live migration sends some pages many times. Where a stream can be read twice, the first reading notes where each page comes last;
//! the second passes by what comes before. If most records are passed by, there is no second reading: the last ones are taken
//! from where they lie. A delta needs what came before it: such pages are never passed by.

use std::io;

use vmsd_schema::stream::{BlockIndex, Command, Event, PageKind, Parser, Ram, RamPage};

use super::chunks::{key, parted, Chunks, CHUNK};
use crate::reading::outline::Outline;
use crate::reading::walk::{Step, Stop, Thing, Visit, Walk};

/// Chunks of pages that are noted; the pages behind them are always written. It bounds memory to 32 MiB: pages of 4 KiB of
/// 16 GiB.
const MAX_CHUNKS: usize = 1 << 13;

/// Pages of a chunk.
const PAGES: usize = 512;
const _: () = assert!(PAGES as u64 == CHUNK, "one key, one chunk");

/// Where the last record of each page lies.
#[derive(Debug)]
pub(super) struct Resent {
    chunks: Chunks<Places>,
    /// Page records, and those that are the first of their page.
    records: u64,
    pages: u64,
    /// Whether the last record of a page is all that there is to it.
    alone: bool,
}

/// A whole stream, surveyed.
pub(super) struct Surveyed {
    pub(super) walk: Walk,
    pub(super) outline: Outline,
    pub(super) resent: Resent,
}

/// A record: where its data begin, or would, and whether it is of zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Place(u64);

#[derive(Clone, Debug)]
struct Places([Place; PAGES]);

impl Place {
    /// That of a page of which each record matters.
    const EACH: Self = Self(u64::MAX);

    fn of(page: &RamPage<'_>) -> Self {
        /// The word before a page, and the length of a name.
        const WORD: u64 = 8;
        let name = page.name.map_or(0, |name| 1 + name.as_bytes().len() as u64);
        let data_at = page.at.saturating_add(WORD + name);
        match page.kind {
            PageKind::Xbzrle => Self::EACH,
            PageKind::Zero => Self(data_at << 1 | 1),
            PageKind::Normal | PageKind::Compressed => Self(data_at << 1),
        }
    }

    /// Where the page lies, unless it is zero, as it is without being written.
    fn data_at(self) -> Option<u64> {
        (self != Self::default() && self.0 & 1 == 0).then_some(self.0 >> 1)
    }
}

impl Default for Places {
    fn default() -> Self {
        Self([Place::default(); PAGES])
    }
}

impl Default for Resent {
    fn default() -> Self {
        Self {
            chunks: Chunks::new(MAX_CHUNKS),
            records: 0,
            pages: 0,
            alone: true,
        }
    }
}

impl Surveyed {
    /// Reads a stream, as far as it can be read; whoever reads it again comes as far.
    pub(super) fn of(mut walk: Walk, progress: &mut dyn FnMut(u64)) -> Result<Self, Stop> {
        let mut survey = Survey::default();
        walk.spare_memory();
        let outcome = walk.visit(&mut survey, progress);
        let Survey {
            outline,
            mut resent,
        } = survey;
        resent.alone &= outcome.is_ok() && !resent.chunks.is_full();
        Ok(Self {
            outline: outline.end(&walk, outcome)?,
            walk,
            resent,
        })
    }
}

impl Resent {
    /// Whether most records are of pages that come again.
    pub(super) fn is_most(&self) -> bool {
        self.records >= 2 * self.pages
    }

    /// Whether memory can be had without a second reading, and that is less work.
    pub(super) fn suffices(&self) -> bool {
        self.alone && self.pages > 0 && self.is_most()
    }

    /// Whether a record of the same page will stand in the place of this one.
    #[inline]
    pub(super) fn comes_again(&mut self, page: &RamPage<'_>, page_size: u64) -> bool {
        let this = Place::of(page);
        let last = self.last(page, page_size).map_or(this, |last| *last);
        last != this && last != Place::EACH && last != Place::default()
    }

    /// Each page that is not zero, in the order of memory: its block, its offset, and where its data lie.
    pub(super) fn lasts(
        &self,
        page_size: u64,
    ) -> impl Iterator<Item = (BlockIndex, u64, u64)> + '_ {
        let mut keys: Vec<u64> = self.chunks.keys().copied().collect();
        keys.sort_unstable();
        keys.into_iter().flat_map(move |key| {
            let (block, first) = parted(key);
            let places = self
                .chunks
                .find(key)
                .into_iter()
                .flat_map(|Places(places)| places);
            let numbered = (first..).zip(places);
            numbered.filter_map(move |(number, place)| {
                Some((block, number * page_size, place.data_at()?))
            })
        })
    }

    fn meet(&mut self, page: &RamPage<'_>, page_size: u64) {
        self.records += 1;
        self.alone &= matches!(page.kind, PageKind::Normal | PageKind::Zero);
        let Some(last) = self.last(page, page_size) else {
            return;
        };
        let first = *last == Place::default();
        if *last != Place::EACH {
            *last = Place::of(page);
        }
        self.pages += u64::from(first);
    }

    #[inline]
    fn last(&mut self, page: &RamPage<'_>, page_size: u64) -> Option<&mut Place> {
        let number = page.offset / page_size.max(1);
        let within = usize::try_from(number % CHUNK).ok()?;
        let Places(places) = self.chunks.at(key(page.block, number))?;
        places.get_mut(within)
    }
}

/// The first reading.
#[derive(Default)]
struct Survey {
    outline: Outline,
    resent: Resent,
}

impl Visit for Survey {
    fn step(&mut self, step: Step<'_>) -> io::Result<()> {
        match &step.thing {
            Thing::Event(Event::Ram(Ram::Page(page))) => {
                self.resent.meet(page, step.parser.page_size().bytes);
            }
            // Pages come through further channels, or not with the stream.
            Thing::Event(Event::Ram(Ram::MultifdFlush { .. } | Ram::Hook { .. })) => {
                self.resent.alone = false;
            }
            // What is thrown away may not come again.
            Thing::Event(Event::Command(record)) => {
                self.resent.alone &= !matches!(record.command, Command::PostcopyRamDiscard(_));
            }
            _ => {}
        }
        self.outline.step(step)
    }

    fn pages(&mut self, parser: &Parser, pages: &[RamPage<'_>]) -> io::Result<()> {
        for page in pages {
            self.resent.meet(page, parser.page_size().bytes);
        }
        self.outline.pages(parser, pages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: u64 = 4096;
    const BLOCK: BlockIndex = BlockIndex(1);

    fn sent<const N: usize>(records: [(u64, PageKind); N]) -> [RamPage<'static>; N] {
        let mut at = 100;
        records.map(|(number, kind)| {
            at += 5000;
            RamPage {
                at,
                word: 0,
                block: BLOCK,
                name: None,
                offset: number * SIZE,
                kind,
                data: &[],
            }
        })
    }

    fn met(pages: &[RamPage<'_>]) -> Resent {
        let mut resent = Resent::default();
        for page in pages {
            resent.meet(page, SIZE);
        }
        resent
    }

    #[test]
    fn all_but_the_last_come_again() {
        use PageKind::{Compressed, Normal, Xbzrle, Zero};
        let pages = sent([
            (7, Normal),
            (8, Normal),
            (7, Zero),
            (9, Normal),
            (7, Compressed),
            (9, Xbzrle),
            (9, Normal),
        ]);
        let mut resent = met(&pages);
        let passed = pages.map(|page| resent.comes_again(&page, SIZE));
        assert_eq!(passed, [true, false, true, false, false, false, false]);
        assert!(resent.is_most() && !resent.suffices());
        // What was not met is written.
        let [other] = sent([(10, Normal)]);
        assert!(!resent.comes_again(&other, SIZE));
    }

    #[test]
    fn the_last_ones_lie_in_the_order_of_memory() {
        use PageKind::{Normal, Zero};
        let pages = sent([
            (700, Normal),
            (7, Normal),
            (8, Normal),
            (8, Zero),
            (7, Normal),
            (700, Normal),
        ]);
        let resent = met(&pages);
        assert!(resent.suffices());
        let lasts: Vec<_> = resent.lasts(SIZE).collect();
        let [.., seven, last] = pages.map(|page| page.at + 8);
        assert_eq!(lasts, [(BLOCK, 7 * SIZE, seven), (BLOCK, 700 * SIZE, last)]);
    }
}
