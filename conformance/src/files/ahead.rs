//! A second thread that touches a map's pages just ahead of the walk, so that two processors take its page faults.
//!
//! The walk needs few bytes of each page, so a file in the page cache costs it little more than the faults. The thread
//! takes every other chunk and never runs further ahead than one of them: on a disk the file is still read in order.

use std::hint::black_box;
use std::ops::Range;
use std::sync::mpsc::{sync_channel, SyncSender};
use std::thread;

use crate::files::container::Window;

/// What the walk and the thread take in turn.
const CHUNK: usize = 4 << 20;

/// Linux maps the pages around a fault, sixteen in all (`fault_around_bytes`): one touch is enough for them.
const TOUCH: usize = 64 << 10;

/// A file that is walked faster than a thread starts.
const SMALL: u64 = 64 << 20;

/// The thread's end at the walk.
pub(crate) struct Ahead {
    chunks: SyncSender<Range<usize>>,
    /// The place at which the next chunk is handed over.
    next: usize,
}

impl Ahead {
    /// Starts a thread, where one is worth it and can be had.
    pub(crate) fn of(window: &Window) -> Option<Self> {
        if window.len() < SMALL {
            return None;
        }
        let (chunks, to_touch) = sync_channel::<Range<usize>>(1);
        let window = window.clone();
        let touch = move || {
            for chunk in to_touch {
                let bytes = window.as_slice().get(chunk).unwrap_or_default();
                for byte in bytes.iter().step_by(TOUCH) {
                    black_box(*byte);
                }
            }
        };
        thread::Builder::new().spawn(touch).ok()?;
        Some(Self { chunks, next: 0 })
    }

    /// Tells how far the walk has come.
    #[inline]
    pub(crate) fn reached(&mut self, at: usize) {
        if at >= self.next {
            self.hand_over(at);
        }
    }

    #[cold]
    fn hand_over(&mut self, at: usize) {
        let chunk = at - at % CHUNK + CHUNK;
        self.next = chunk + CHUNK;
        // A thread that is not done yet leaves the chunk to the walk.
        let _ = self.chunks.try_send(chunk..self.next);
    }
}
