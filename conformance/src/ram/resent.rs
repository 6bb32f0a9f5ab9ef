//! Which pages a stream sends again, so that of each only the last is written.
//!
//! A live migration sends some pages many times. Where a stream can be read twice, the first reading counts how often each page comes;
//! the second passes by a page that comes yet again. A delta needs what came before it: such pages are never passed by.

use std::io;

use vmsd_schema::stream::{Event, PageKind, Parser, Ram, RamPage};

use super::chunks::{key, Chunks, CHUNK};
use crate::reading::walk::{Step, Thing, Visit, Walk};

/// Chunks of pages that are counted; the pages behind them are always written. It bounds memory to 32 MiB: pages of 4 KiB of
/// 64 GiB.
const MAX_CHUNKS: usize = 1 << 15;

/// Pages of a chunk.
const PAGES: usize = 512;
const _: () = assert!(PAGES as u64 == CHUNK, "one key, one chunk");

/// The count of a page of which each record matters.
const EACH: u16 = u16::MAX;

/// How often each page comes yet.
#[derive(Clone, Debug)]
pub(super) struct Resent {
    chunks: Chunks<Counts>,
    /// Page records, and those that are the first of their page.
    records: u64,
    pages: u64,
}

#[derive(Clone, Debug)]
struct Counts([u16; PAGES]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; PAGES])
    }
}

impl Default for Resent {
    fn default() -> Self {
        Self {
            chunks: Chunks::new(MAX_CHUNKS),
            records: 0,
            pages: 0,
        }
    }
}

impl Resent {
    /// Counts the pages of a stream, as far as it can be read; whoever reads it again comes as far.
    pub(super) fn of(walk: &mut Walk, progress: &mut dyn FnMut(u64)) -> Self {
        let mut resent = Self::default();
        walk.spare_memory();
        let _ = walk.visit(&mut resent, progress);
        resent
    }

    /// Whether most records are of pages that come again.
    pub(super) fn is_most(&self) -> bool {
        self.records >= 2 * self.pages
    }

    /// Passes a record of a page, and says whether another one will stand in its place.
    #[inline]
    pub(super) fn pass(&mut self, page: &RamPage<'_>, page_size: u64) -> bool {
        match self.count(page, page_size) {
            Some(count) if (1..EACH).contains(count) => {
                *count -= 1;
                *count > 0
            }
            _ => false,
        }
    }

    fn meet(&mut self, page: &RamPage<'_>, page_size: u64) {
        self.records += 1;
        let Some(count) = self.count(page, page_size) else {
            return;
        };
        let first = *count == 0;
        *count = match page.kind {
            PageKind::Xbzrle => EACH,
            PageKind::Zero | PageKind::Normal | PageKind::Compressed => count.saturating_add(1),
        };
        self.pages += u64::from(first);
    }

    #[inline]
    fn count(&mut self, page: &RamPage<'_>, page_size: u64) -> Option<&mut u16> {
        let number = page.offset / page_size.max(1);
        let within = usize::try_from(number % CHUNK).ok()?;
        let Counts(counts) = self.chunks.at(key(page.block, number))?;
        counts.get_mut(within)
    }
}

impl Visit for Resent {
    fn step(&mut self, step: Step<'_>) -> io::Result<()> {
        if let Thing::Event(Event::Ram(Ram::Page(page))) = &step.thing {
            self.meet(page, step.parser.page_size().bytes);
        }
        Ok(())
    }

    fn pages(&mut self, parser: &Parser, pages: &[RamPage<'_>]) -> io::Result<()> {
        for page in pages {
            self.meet(page, parser.page_size().bytes);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use vmsd_schema::stream::BlockIndex;

    use super::*;

    const SIZE: u64 = 4096;

    fn page(number: u64, kind: PageKind) -> RamPage<'static> {
        RamPage {
            at: 0,
            word: 0,
            block: BlockIndex(1),
            name: None,
            offset: number * SIZE,
            kind,
            data: &[],
        }
    }

    #[test]
    fn all_but_the_last_are_passed_by() {
        use PageKind::{Compressed, Normal, Xbzrle, Zero};
        let sent = [
            (7, Normal),
            (8, Normal),
            (7, Zero),
            (9, Normal),
            (7, Compressed),
            (9, Xbzrle),
            (9, Normal),
        ];
        let sent = sent.map(|(number, kind)| page(number, kind));
        let mut resent = Resent::default();
        for page in &sent {
            resent.meet(page, SIZE);
        }
        let passed = sent.map(|page| resent.pass(&page, SIZE));
        assert_eq!(passed, [true, false, true, false, false, false, false]);
        assert!(resent.is_most());
        // Behind what was counted, everything is written.
        assert!(!resent.pass(&page(7, Normal), SIZE));
    }
}
