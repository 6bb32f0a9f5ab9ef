//! One thing changed in a stream whose framing stays as it was: a value, a count, a version, a subsection, a name, a
//! footer, a section's place. Each change says what it did.
//!
//! The pieces and the layout are found once, so that thousands of changes of one stream are cheap.

mod body;
mod framing;
mod tail;

use std::fmt;
use std::ops::Range;

use super::pieces::{self, Piece, PieceKind};
use super::{below, Unstructured};
use crate::decode::machine::{Machine, Mirrors, Options};
use crate::stream::Parser;

/// A stream of which changed copies are made.
#[derive(Debug)]
pub struct Mutator<'s> {
    data: &'s [u8],
    machine: Machine<'s>,
    pieces: Vec<Piece>,
    /// Scalars and other leaves of all devices.
    leaves: Vec<body::Leaf>,
    /// Subsections of all devices.
    subsections: Vec<body::Subsection>,
}

/// What was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which kind of thing.
    pub target: Target,
    /// Where it stands, or stood.
    pub offset: u64,
    /// Which of [`Mutator::pieces`] it was in.
    pub piece: usize,
    /// What was done, in a sentence.
    pub what: String,
}

/// The kind of thing that a [`Change`] changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A value of a device.
    Value,
    /// A value of a device, by the least or most it can be.
    Extreme,
    /// The length of a body.
    Length,
    /// A section's version.
    Version,
    /// A subsection, or its version.
    Subsection,
    /// A name: of a section, a subsection, the machine.
    Name,
    /// A section's instance.
    Instance,
    /// A section's number, or its footer.
    Footer,
    /// Which sections there are, in which order.
    Order,
    /// A block of guest memory or a record of it.
    Ram,
    /// Header, commands, the end of the stream.
    Frame,
}

impl Target {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Value,
        Self::Extreme,
        Self::Length,
        Self::Version,
        Self::Subsection,
        Self::Name,
        Self::Instance,
        Self::Footer,
        Self::Order,
        Self::Ram,
        Self::Frame,
    ];

    /// The name in lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Extreme => "extreme",
            Self::Length => "length",
            Self::Version => "version",
            Self::Subsection => "subsection",
            Self::Name => "name",
            Self::Instance => "instance",
            Self::Footer => "footer",
            Self::Order => "order",
            Self::Ram => "ram",
            Self::Frame => "frame",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            target,
            offset,
            what,
            ..
        } = self;
        write!(f, "{}: {what} (at offset {offset:#x})", target.name())
    }
}

/// Bytes that take the place of others, and why.
struct Edit {
    range: Range<usize>,
    with: Vec<u8>,
    piece: usize,
    what: String,
}

impl<'s> Mutator<'s> {
    /// The stream `data`; `mirrors` know what it does not describe.
    #[must_use]
    pub fn new(data: &'s [u8], mirrors: &dyn Mirrors) -> Self {
        let machine = Machine::read(data, Parser::new(), mirrors, Options::default());
        let pieces = pieces::split(data, &machine);
        let (leaves, subsections) = body::parts(&machine, &pieces);
        Self {
            data,
            machine,
            pieces,
            leaves,
            subsections,
        }
    }

    /// The pieces of the stream.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// A copy with one thing changed, and which; nothing for a stream in which there is nothing to change.
    pub fn change(&self, u: &mut Unstructured<'_>) -> Option<(Vec<u8>, Change)> {
        // Half of the changes go to values: there are so many more.
        let first = below(u, Target::ALL.len() * 2);
        let targets = Target::ALL.iter().cycle().skip(first % Target::ALL.len());
        let mut targets = targets.take(Target::ALL.len()).copied();
        let wanted = match first < Target::ALL.len() {
            true => targets.next(),
            false => Some(Target::Value),
        };
        wanted
            .into_iter()
            .chain(targets)
            .find_map(|target| self.change_of(target, u))
    }

    /// A copy with one thing of the kind changed.
    pub fn change_of(&self, target: Target, u: &mut Unstructured<'_>) -> Option<(Vec<u8>, Change)> {
        let edit = match target {
            Target::Value => self.value(u),
            Target::Extreme => self.extreme(u),
            Target::Length => self.length(u),
            Target::Version => self.version(u),
            Target::Subsection => self.subsection(u),
            Target::Name => self.name(u),
            Target::Instance => self.instance(u),
            Target::Footer => self.footer(u),
            Target::Order => self.order(u),
            Target::Ram => self.ram(u),
            Target::Frame => self.frame(u),
        }?;
        let Edit {
            range,
            with,
            piece,
            what,
        } = edit;
        let mut out = Vec::with_capacity(self.data.len() + with.len());
        out.extend_from_slice(self.data.get(..range.start)?);
        out.extend_from_slice(&with);
        out.extend_from_slice(self.data.get(range.end..)?);
        let offset = range.start as u64;
        let change = Change {
            target,
            offset,
            piece,
            what,
        };
        (out != self.data).then_some((out, change))
    }

    fn get(&self, range: Range<usize>) -> &'s [u8] {
        self.data.get(range).unwrap_or_default()
    }

    /// Pieces that pass `wanted`, one of them.
    fn pick(
        &self,
        u: &mut Unstructured<'_>,
        wanted: impl Fn(&PieceKind) -> bool,
    ) -> Option<(usize, &Piece)> {
        let found = || {
            let pieces = self.pieces.iter().enumerate();
            pieces.filter(|(_, piece)| wanted(&piece.kind))
        };
        let index = below(u, found().count());
        found().nth(index)
    }

    /// How a report calls a piece.
    fn label(&self, piece: &Piece) -> String {
        match &piece.kind {
            PieceKind::Section {
                place, id, kind, ..
            } => {
                let section = place.and_then(|place| self.machine.sections.get(place));
                let name = section.map_or("?", |section| section.name.as_str());
                let instance = section.map_or(0, |section| section.header.instance.0);
                match instance {
                    0 => format!("{name} ({kind:?} {id})"),
                    _ => format!("{name}#{instance} ({kind:?} {id})"),
                }
            }
            kind => format!("{kind:?}").to_lowercase(),
        }
    }
}
