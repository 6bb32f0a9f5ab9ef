//! The passes over guest memory that a source made: a live migration goes through it again and again.
//!
//! A source takes dirty pages in the order of its blocks and, in each, of their addresses. Where a page stands before the
//! one that was sent last, it has started anew. Once postcopy runs, pages come as the guest asks for them.

use std::collections::BTreeMap;

use vmsd_schema::stream::{BlockIndex, PageKind, RamPage};

use super::pages::{Before, PageSet};
use super::Pages;

/// Passes that are kept apart. A migration that makes more does not converge; those are counted with the last.
const MAX_PASSES: usize = 64;

/// All passes.
#[derive(Clone, Debug, Default)]
pub struct Passes {
    list: Vec<Pass>,
    seen: PageSet,
    /// The page that was sent last.
    position: Option<(u32, u64)>,
    postcopy: bool,
}

/// One pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Whether these are the pages that were sent while the guest ran at the destination.
    pub postcopy: bool,
    /// Its pages, by block.
    pub blocks: BTreeMap<u32, Pages>,
    /// Pages of it that had been sent before.
    pub again: u64,
}

impl Passes {
    /// The passes, in order.
    #[must_use]
    pub fn list(&self) -> &[Pass] {
        &self.list
    }

    /// Pages that were sent once, and more often; nothing where there were too many to tell apart.
    #[must_use]
    pub fn sent(&self) -> Option<(u64, u64)> {
        (!self.seen.is_full()).then(|| self.seen.counts())
    }

    /// From here on pages come as the guest asks for them.
    pub fn enter_postcopy(&mut self) {
        self.postcopy = true;
        self.position = None;
    }

    /// Counts pages of one block, of `page_size` bytes.
    #[inline]
    pub fn add(&mut self, pages: &[RamPage<'_>], page_size: u64) {
        let shift = page_size.max(1).trailing_zeros();
        let (mut counted, mut again) = (Pages::default(), 0);
        let mut block = BlockIndex(0);
        for page in pages {
            block = page.block;
            let place = (block.0, page.offset);
            if !self.postcopy && self.position.is_none_or(|last| place <= last) {
                self.flush(block, counted, again);
                (counted, again) = (Pages::default(), 0);
                self.begin();
            }
            self.position = Some(place);
            counted.add(page.kind);
            let before = self.seen.add(block, page.offset >> shift);
            again += u64::from(matches!(before, Before::Once | Before::Often));
        }
        self.flush(block, counted, again);
    }

    fn begin(&mut self) {
        if self.list.len() < MAX_PASSES {
            self.list.push(Pass::default());
        }
    }

    fn flush(&mut self, block: BlockIndex, counted: Pages, again: u64) {
        if counted == Pages::default() {
            return;
        }
        if self
            .list
            .last()
            .is_none_or(|pass| pass.postcopy != self.postcopy)
        {
            self.list.push(Pass {
                postcopy: self.postcopy,
                ..Pass::default()
            });
        }
        if let Some(pass) = self.list.last_mut() {
            let pages = pass.blocks.entry(block.0).or_default();
            *pages = pages.plus(counted);
            pass.again += again;
        }
    }
}

impl Pass {
    /// Its pages of all blocks.
    #[must_use]
    pub fn pages(&self) -> Pages {
        self.blocks
            .values()
            .fold(Pages::default(), |sum, pages| sum.plus(*pages))
    }
}

impl Pages {
    #[inline]
    pub(super) fn add(&mut self, kind: PageKind) {
        match kind {
            PageKind::Zero => self.zero += 1,
            PageKind::Normal => self.normal += 1,
            PageKind::Compressed => self.compressed += 1,
            PageKind::Xbzrle => self.xbzrle += 1,
        }
    }
}
