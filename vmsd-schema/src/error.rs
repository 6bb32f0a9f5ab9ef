//! What went wrong, where in the bytes, and where in the device.
//!
//! An [`Error`] is one word wide. It is built where the bytes are read and gathers its path on the way
//! out: each field, array element, subsection and section that it leaves adds one segment.

use std::borrow::Cow;
use std::fmt;

/// The result of everything that reads or writes the format.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure with its kind, a sentence, the offset in the input, and the path of fields that led to it.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    offset: Option<u64>,
    /// Innermost first.
    path: Vec<Segment>,
    /// Of docs/format.md; none is that of the kind.
    section: Option<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Name(Cow<'static, str>),
    Index(usize),
}

/// What class of failure this is. Callers branch on it, people read the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input ends before the thing that was being read.
    Truncated,
    /// The input is not a migration stream.
    Magic,
    /// A stream, section or subsection version that the reader does not have.
    Version,
    /// A byte that cannot stand here: unknown section type, missing or foreign footer.
    Framing,
    /// A section, subsection or device that nobody knows how to read.
    Unknown,
    /// A RAM record against the format or outside its block.
    Ram,
    /// A record of another live section against its grammar.
    Live,
    /// A command with a wrong number, length or payload.
    Command,
    /// A count or length that is negative or above the capacity of its field.
    Count,
    /// A loaded value above its bound.
    Bound,
    /// A value that must equal the destination's own and does not.
    Mismatch,
    /// A value that the device's own check refused.
    Validation,
    /// A pointer or list marker that is neither "null" nor "element".
    Marker,
    /// The JSON description is malformed or contradicts the bytes.
    Description,
    /// A bound of [`crate::limits`].
    Limit,
    /// Something well formed that this reader cannot do from what it was given.
    Unsupported,
}

impl ErrorKind {
    /// Every kind, in the order of their declaration.
    pub const ALL: [Self; 16] = [
        Self::Truncated,
        Self::Magic,
        Self::Version,
        Self::Framing,
        Self::Unknown,
        Self::Ram,
        Self::Live,
        Self::Command,
        Self::Count,
        Self::Bound,
        Self::Mismatch,
        Self::Validation,
        Self::Marker,
        Self::Description,
        Self::Limit,
        Self::Unsupported,
    ];

    /// The section of docs/format.md that such a failure is against, where the error itself cites no closer one.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Magic => "1.1",
            Self::Framing => "1.2",
            Self::Command => "1.6",
            Self::Ram => "2.1",
            Self::Count => "3.2",
            Self::Version | Self::Validation => "3.4",
            Self::Mismatch => "4.1",
            Self::Marker => "4.2",
            Self::Description => "5.2",
            Self::Unknown => "6.2",
            Self::Truncated => "6.4",
            Self::Bound => "6.6",
            Self::Limit => "6.7",
            Self::Unsupported => "6.8",
            Self::Live => "7",
        }
    }
}

impl Error {
    /// An error without a place yet.
    #[cold]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            offset: None,
            path: Vec::new(),
            section: None,
        }))
    }

    /// An error at `offset` bytes from the start of the input.
    #[cold]
    pub fn at(kind: ErrorKind, offset: u64, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            offset: Some(offset),
            path: Vec::new(),
            section: None,
        }))
    }

    /// Gives the error a place, if it has none yet.
    #[cold]
    #[must_use]
    pub fn or_at(mut self, offset: u64) -> Self {
        self.0.offset.get_or_insert(offset);
        self
    }

    /// The error seen from outside `name`: a field, a subsection, a section.
    #[cold]
    #[must_use]
    pub fn inside(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.path.push(Segment::Name(name.into()));
        self
    }

    /// The error seen from outside element `index` of an array or list.
    #[cold]
    #[must_use]
    pub fn inside_index(mut self, index: usize) -> Self {
        self.0.path.push(Segment::Index(index));
        self
    }

    /// Cites `section` of docs/format.md, unless a closer one is cited already.
    #[cold]
    #[must_use]
    pub fn cite(mut self, section: &'static str) -> Self {
        self.0.section.get_or_insert(section);
        self
    }

    /// The section of docs/format.md that says what should have been there: `3.6`.
    #[must_use]
    pub fn section(&self) -> &'static str {
        self.0.section.unwrap_or(self.kind().section())
    }

    /// The class of failure.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The sentence, without place and path.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Bytes from the start of the input to the thing that is wrong.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        self.0.offset
    }

    /// The way to the field, outermost first: `0000:00:01.1/ide > bmdma[1] > status`.
    #[must_use]
    pub fn path(&self) -> String {
        let mut out = String::new();
        for segment in self.0.path.iter().rev() {
            match segment {
                Segment::Name(name) if out.is_empty() => out.push_str(name),
                Segment::Name(name) => {
                    out.push_str(" > ");
                    out.push_str(name);
                }
                Segment::Index(index) => {
                    use fmt::Write as _;
                    let _ = write!(out, "[{index}]");
                }
            }
        }
        out
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        let path = self.path();
        match (self.0.offset, path.is_empty()) {
            (Some(offset), true) => write!(f, " (at offset {offset:#x})"),
            (Some(offset), false) => write!(f, " (at offset {offset:#x}, in {path})"),
            (None, false) => write!(f, " (in {path})"),
            (None, true) => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closer_section_is_cited_instead_of_the_kinds() {
        let error = Error::new(ErrorKind::Ram, "a run of new bytes is empty");
        assert_eq!(error.section(), "2.1");
        assert_eq!(error.cite("2.4").cite("2.1").section(), "2.4");
        assert!(ErrorKind::ALL
            .iter()
            .enumerate()
            .all(|(place, kind)| *kind as usize == place));
    }

    #[test]
    fn the_path_reads_from_the_outside_in() {
        let error = Error::at(ErrorKind::Truncated, 0x10, "2 bytes are missing")
            .inside("status")
            .inside_index(1)
            .inside("bmdma")
            .inside("0000:00:01.1/ide");
        assert_eq!(
            error.to_string(),
            "2 bytes are missing (at offset 0x10, in 0000:00:01.1/ide > bmdma[1] > status)"
        );
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }
}
