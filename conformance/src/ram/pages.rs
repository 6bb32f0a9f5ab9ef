//! Which pages of guest memory were met, and whether more than once: two bits a page, and only for places where there are
//! any.

use std::ops::Range;

use vmsd_schema::stream::BlockIndex;

use super::chunks::{key, Chunks, CHUNK};

/// Chunks that are kept: pages of 4 KiB are told apart up to 512 GiB of them. It bounds memory to 40 MiB, since a hostile
/// stream can name a page in every chunk of a block that has no end.
const MAX_CHUNKS: usize = 1 << 18;

/// How often a page was met before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Before {
    /// Not yet.
    Never,
    /// Once.
    Once,
    /// More often.
    Often,
    /// There are more pages than are told apart.
    Unknown,
}

/// A set of pages.
#[derive(Clone, Debug)]
pub(super) struct PageSet {
    chunks: Chunks<Chunk>,
}

impl Default for PageSet {
    fn default() -> Self {
        Self {
            chunks: Chunks::new(MAX_CHUNKS),
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Chunk {
    once: [u64; 8],
    again: [u64; 8],
}

impl PageSet {
    /// Adds page number `page` of a block, and says how often it was there before.
    #[inline]
    pub(super) fn add(&mut self, block: BlockIndex, page: u64) -> Before {
        let Some(chunk) = self.chunks.at(key(block, page)) else {
            return Before::Unknown;
        };
        let (word, bit) = place(page);
        let (Some(once), Some(again)) = (chunk.once.get_mut(word), chunk.again.get_mut(word))
        else {
            return Before::Unknown;
        };
        let before = match (*once & bit != 0, *again & bit != 0) {
            (false, _) => Before::Never,
            (true, false) => Before::Once,
            (true, true) => Before::Often,
        };
        *again |= *once & bit;
        *once |= bit;
        before
    }

    /// Takes pages out, as if they had never been met.
    pub(super) fn remove(&mut self, block: BlockIndex, pages: Range<u64>) {
        for page in pages {
            let Some(chunk) = self.chunks.find_mut(key(block, page)) else {
                continue;
            };
            let (word, bit) = place(page);
            if let Some(once) = chunk.once.get_mut(word) {
                *once &= !bit;
            }
        }
    }

    /// Runs of pages in the set, within `pages` of a block. Where pages cannot be told apart, all of them.
    #[must_use]
    pub(super) fn held(&self, block: BlockIndex, pages: Range<u64>) -> Vec<Range<u64>> {
        if self.chunks.is_full() {
            return vec![pages];
        }
        let mut runs: Vec<Range<u64>> = Vec::new();
        for number in self.chunks_within(block, &pages) {
            let Some(chunk) = self.chunks.find(key(block, number * CHUNK)) else {
                continue;
            };
            let first = number.saturating_mul(CHUNK);
            let within = first.max(pages.start)..first.saturating_add(CHUNK).min(pages.end);
            for page in within.filter(|page| chunk.has(*page)) {
                match runs.last_mut() {
                    Some(run) if run.end == page => run.end += 1,
                    _ => runs.push(page..page + 1),
                }
            }
        }
        runs
    }

    /// Pages that were met once, and more often.
    #[must_use]
    pub(super) fn counts(&self) -> (u64, u64) {
        let bits = |words: &[u64; 8]| words.iter().map(|word| u64::from(word.count_ones())).sum();
        self.chunks
            .all()
            .iter()
            .fold((0, 0), |(once, often), chunk| {
                let (all, again): (u64, u64) = (bits(&chunk.once), bits(&chunk.again));
                (once + all.saturating_sub(again), often + again)
            })
    }

    /// Whether there were more pages than are told apart.
    #[must_use]
    pub(super) fn is_full(&self) -> bool {
        self.chunks.is_full()
    }

    /// The numbers of chunks that there are within `pages`; of a wide range those that exist are looked for, not all that
    /// could.
    fn chunks_within(&self, block: BlockIndex, pages: &Range<u64>) -> Vec<u64> {
        if pages.is_empty() {
            return Vec::new();
        }
        let (first, last) = (pages.start / CHUNK, (pages.end - 1) / CHUNK);
        if last - first < self.chunks.all().len() as u64 {
            return (first..=last).collect();
        }
        let base = key(block, 0);
        let mut numbers: Vec<u64> = self
            .chunks
            .keys()
            .filter_map(|key| key.checked_sub(base))
            .filter(|number| (first..=last).contains(number))
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

impl Chunk {
    fn has(&self, page: u64) -> bool {
        let (word, bit) = place(page);
        self.once.get(word).is_some_and(|once| once & bit != 0)
    }
}

#[inline]
fn place(page: u64) -> (usize, u64) {
    let page = page % CHUNK;
    (
        usize::try_from(page / 64).unwrap_or_default(),
        1 << (page % 64),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: BlockIndex = BlockIndex(3);

    #[test]
    fn pages_are_told_apart_and_counted() {
        let mut set = PageSet::default();
        assert_eq!(set.add(BLOCK, 7), Before::Never);
        assert_eq!(set.add(BLOCK, 7), Before::Once);
        assert_eq!(set.add(BLOCK, 7), Before::Often);
        assert_eq!(set.add(BlockIndex(4), 7), Before::Never);
        assert_eq!(set.add(BLOCK, 8), Before::Never);
        assert_eq!(set.counts(), (2, 1));
    }

    #[test]
    fn runs_are_found_in_any_range() {
        let mut set = PageSet::default();
        for page in [5, 6, 511, 512, 1 << 40] {
            set.add(BLOCK, page);
        }
        let all = [5..7, 511..513, 1 << 40..(1 << 40) + 1];
        assert_eq!(set.held(BLOCK, 0..1 << 50), all);
        assert_eq!(set.held(BLOCK, 6..512), [6..7, 511..512]);
        assert_eq!(set.held(BlockIndex(2), 0..1 << 46), []);
        set.remove(BLOCK, 5..512);
        assert_eq!(set.held(BLOCK, 0..600), vec![512..513]);
        assert_eq!(set.add(BLOCK, 5), Before::Never);
    }
}
