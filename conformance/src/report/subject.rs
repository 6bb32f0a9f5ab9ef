//! What the reports are about: one stream, walked.

use vmsd_schema::schema::{Dialect, StreamDescription};

use crate::files::container::Layer;
use crate::reading::outline::Outline;

/// A stream that was walked, and where it came from.
pub struct Subject<'a> {
    /// What to call it.
    pub name: &'a str,
    /// What it was wrapped in, outermost first.
    pub layers: &'a [Layer],
    /// Bytes of the file as it lies there, if it is a file.
    pub file_len: Option<u64>,
    /// What it consists of.
    pub outline: &'a Outline,
    /// Its description, if it has one that can be used.
    pub description: Option<&'a StreamDescription>,
    /// Who wrote the description.
    pub dialect: Option<Dialect>,
}
