//! What a log of QEMU means: which cause made it refuse a stream, where in the stream that is, and what to do about it.
//!
//! In go the lines of a log and, where there are, the stream and what is known of the target; out comes a [`Diagnosis`], the
//! causes in order. The words are data ([`catalogue`]); the model of a load that finds the true cause is
//! [`crate::migration::judge::check`]; printing is left to [`crate::report::explain`].

pub mod catalogue;
mod facts;
mod judge;
mod known;
mod log;
mod order;
mod pattern;
mod place;
mod said;
mod values;

pub use facts::Facts;
pub use log::{Failure, Line};
pub use place::{Place, Row};

use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::stream::Parser;

use crate::migration::judge::Judge;
use crate::migration::side::Side;

/// What came of it.
#[derive(Debug, Default)]
pub struct Diagnosis {
    /// The lines of the log that tell of the failure.
    pub failure: Failure,
    /// Probable causes, the first one first.
    pub causes: Vec<Cause>,
    /// What the reader should know of the answer.
    pub notes: Vec<String>,
}

/// One probable cause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cause {
    /// The entry of the catalogue.
    pub id: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// What QEMU's words mean.
    pub title: String,
    /// What is behind it.
    pub because: String,
    /// What to do.
    pub advice: String,
    /// Who says so: `log`, `stream`, `target`.
    pub evidence: Vec<&'static str>,
    /// The rule of a check of the stream against the target.
    pub rule: Option<&'static str>,
    /// The section.
    pub section: Option<String>,
    /// Its instance.
    pub instance: Option<u32>,
    /// The way to the field inside the section.
    pub path: Option<String>,
    /// Where the field, or what is wrong, stands in the stream.
    pub offset: Option<u64>,
    /// Bytes from the field's first to the one that counts.
    pub inside: Option<u64>,
    /// What the source sends.
    pub source: Option<String>,
    /// What the target has or expects.
    pub target: Option<String>,
    /// The place in the stream, and the bytes there.
    pub place: Option<Place>,
}

/// How sure a cause is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// One of several that give these words.
    #[default]
    Possible,
    /// The most frequent one with these words, or seen in the stream alone.
    Probable,
    /// QEMU says so, or the stream and the target show it.
    Certain,
}

impl Certainty {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Probable => "probable",
            Self::Certain => "certain",
        }
    }
}

/// The stream that was refused.
#[derive(Debug)]
pub enum Stream<'s> {
    /// It could be read, at least its beginning.
    Read(&'s Side),
    /// It is none; why, and how it begins.
    Unreadable {
        /// vmsd's words.
        sentence: String,
        /// Its first bytes.
        head: Vec<u8>,
    },
}

/// What is given beside a log: the stream, and what it and the target show.
#[derive(Debug, Default)]
pub struct Evidence<'s> {
    machine: Option<Machine<'s>>,
    data: &'s [u8],
    found: Vec<Cause>,
    notes: Vec<String>,
}

impl<'s> Evidence<'s> {
    /// Reads the stream, and checks it against the target. The judge's mirrors read what a stream does not describe.
    #[must_use]
    pub fn new(stream: Option<&'s Stream<'s>>, target: Option<&Side>, judge: &Judge) -> Self {
        let mut evidence = Self::default();
        if let Some(Stream::Read(side)) = stream {
            evidence.data = side.stream.as_deref().unwrap_or_default();
            let read = Machine::read(
                evidence.data,
                Parser::new(),
                judge.registry(),
                Options::default(),
            );
            evidence.machine = Some(read);
        }
        let (machine, data) = (evidence.machine.as_ref(), evidence.data);
        let notes = &mut evidence.notes;
        evidence.found = judge::judge(
            stream,
            machine,
            data,
            target.map(|target| (target, judge)),
            notes,
        );
        evidence
    }

    /// Explains the last failure of a log.
    #[must_use]
    pub fn explain(&self, log: &str) -> Diagnosis {
        let failure = log::read(log);
        let said = said::understand(&failure);
        let whole = self
            .machine
            .as_ref()
            .is_some_and(|machine| machine.stopped.is_none());
        let mut causes = order::order(said, self.found.clone(), whole);
        if let Some(machine) = &self.machine {
            // What is known in general of the same words is at the same place.
            let shown = causes
                .first()
                .is_some_and(|cause| cause.evidence.contains(&"stream"));
            for (number, cause) in causes.iter_mut().enumerate() {
                if number == 0 || cause.evidence.contains(&"stream") || !shown {
                    place::locate(cause, machine, self.data);
                }
            }
        }
        let mut notes = self.notes.clone();
        if failure.lines.is_empty() {
            notes.push("nothing in this log tells of a migration that failed".to_owned());
        }
        Diagnosis {
            failure,
            causes,
            notes,
        }
    }
}
