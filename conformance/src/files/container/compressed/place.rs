//! How far a decompressor has come: the libraries that decompress do not say where the data is damaged.

use std::io::{self, BufRead, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

/// A place in compressed data that moves on as it is read: bytes from the start of the file.
#[derive(Clone, Debug)]
pub(super) struct Place(Arc<AtomicU64>);

impl Place {
    /// A place that starts at `base`.
    pub(super) fn at(base: u64) -> Self {
        Self(Arc::new(AtomicU64::new(base)))
    }

    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Moves on with what is taken from `read`.
    pub(super) fn count<R: BufRead>(&self, read: R) -> Counted<R> {
        Counted {
            read,
            place: self.clone(),
        }
    }
}

/// A reader whose place is known.
#[derive(Debug)]
pub(super) struct Counted<R> {
    read: R,
    place: Place,
}

impl<R> Counted<R> {
    pub(super) fn place(&self) -> &Place {
        &self.place
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.read.read(out)?;
        self.place.0.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.read.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        self.place.0.fetch_add(len as u64, Ordering::Relaxed);
        self.read.consume(len);
    }
}
