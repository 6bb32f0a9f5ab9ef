//! Guest memory out of streams: what is written last stands there, holes stay holes, and hostile numbers end in a sentence.
//!
//! The streams are written here, record by record. That real ones give what QEMU shows is what scripts/ram-equal.py proves.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a test may end in a panic"
)]

#[path = "ram/hostile.rs"]
mod hostile;
#[path = "ram/memory.rs"]
mod memory;
#[path = "ram/writer.rs"]
mod writer;
