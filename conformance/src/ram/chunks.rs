//! Something for each page of guest memory, in chunks of pages, and only for places where there are any.

use std::collections::HashMap;

use vmsd_schema::stream::BlockIndex;

/// Where the block's number stands in a chunk's.
const BLOCK_SHIFT: u32 = 47;

/// Pages of one chunk.
pub(super) const CHUNK: u64 = 512;

/// Chunks by the number that [`key`] gives them.
#[derive(Clone, Debug)]
pub(super) struct Chunks<T> {
    places: HashMap<u64, usize>,
    all: Vec<T>,
    /// The chunk of the last page: its neighbours mostly come next.
    last: Option<(u64, usize)>,
    /// It bounds memory: a hostile stream can name a page in every chunk of a block that has no end.
    most: usize,
    full: bool,
}

impl<T: Default> Chunks<T> {
    /// Room for `most` chunks.
    pub(super) fn new(most: usize) -> Self {
        Self {
            places: HashMap::new(),
            all: Vec::new(),
            last: None,
            most,
            full: false,
        }
    }

    /// The chunk of that number, which is made if there is room for it.
    #[inline]
    pub(super) fn at(&mut self, key: u64) -> Option<&mut T> {
        let index = match self.last {
            Some((last, index)) if last == key => index,
            _ => self.index_for(key)?,
        };
        self.last = Some((key, index));
        self.all.get_mut(index)
    }

    fn index_for(&mut self, key: u64) -> Option<usize> {
        if let Some(index) = self.places.get(&key) {
            return Some(*index);
        }
        if self.all.len() >= self.most {
            self.full = true;
            return None;
        }
        self.places.insert(key, self.all.len());
        self.all.push(T::default());
        Some(self.all.len() - 1)
    }

    pub(super) fn find(&self, key: u64) -> Option<&T> {
        self.all.get(*self.places.get(&key)?)
    }

    pub(super) fn find_mut(&mut self, key: u64) -> Option<&mut T> {
        self.all.get_mut(*self.places.get(&key)?)
    }

    /// The numbers of the chunks that there are, in no order.
    pub(super) fn keys(&self) -> impl Iterator<Item = &u64> {
        self.places.keys()
    }

    pub(super) fn all(&self) -> &[T] {
        &self.all
    }

    /// Whether there was no room for one.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }
}

/// One number for a chunk of a block: there are at most 2^16 blocks, and 2^47 chunks of the smallest pages.
pub(super) fn key(block: BlockIndex, page: u64) -> u64 {
    (u64::from(block.0) << BLOCK_SHIFT) | (page / CHUNK)
}

/// The block of a chunk, and its first page.
pub(super) fn parted(key: u64) -> (BlockIndex, u64) {
    let block = u32::try_from(key >> BLOCK_SHIFT).unwrap_or(u32::MAX);
    (BlockIndex(block), (key & ((1 << BLOCK_SHIFT) - 1)) * CHUNK)
}
