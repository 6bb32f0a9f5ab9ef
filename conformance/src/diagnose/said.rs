//! What a failure's lines say together: the cause that the inmost line names, and the place that those around it name.

use super::catalogue::{catalogue, Entry, Hit};
use super::log::{Failure, Role};
use super::{known, Facts};

/// What a log says.
#[derive(Debug)]
pub(super) struct Said {
    /// The kind of cause; nothing for words that nobody knows.
    pub(super) entry: Option<&'static Entry>,
    /// How it is known.
    pub(super) strength: Strength,
    /// Names and numbers.
    pub(super) facts: Facts,
    /// The words that count.
    pub(super) words: String,
    /// The way to the field.
    pub(super) path: Option<String>,
}

/// How a cause is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// A line tells it.
    Told,
    /// A line tells something that the catalogue does not have.
    Foreign,
    /// Nothing but the reason at the end, or where it happened.
    Guessed,
}

/// What the lines say together.
pub(super) fn understand(failure: &Failure) -> Option<Said> {
    if failure.lines.is_empty() {
        return None;
    }
    let around: Vec<Hit> = failure
        .lines
        .iter()
        .flat_map(|line| catalogue().around(&line.text))
        .collect();
    let (entry, strength, mut facts, words) = cause(failure, &around)?;
    for hit in &around {
        facts.complete(&hit.facts);
    }
    if let Some(vmsd) = facts.get("vmsd").map(str::to_owned) {
        // The configuration is no device's section: nothing around it says so.
        if vmsd.split('/').next() == Some("configuration") {
            facts.set("section", "configuration");
        }
    }
    let path = path(failure);
    known::derive(&mut facts);
    Some(Said {
        entry,
        strength,
        facts,
        words,
        path,
    })
}

type Found = (Option<&'static Entry>, Strength, Facts, String);

fn cause(failure: &Failure, around: &[Hit]) -> Option<Found> {
    let told = failure.lines.iter().find_map(|line| match &line.role {
        Role::Cause(hit) => Some((
            Some(hit.entry),
            Strength::Told,
            hit.facts.clone(),
            line.text.clone(),
        )),
        _ => None,
    });
    let foreign = || {
        failure.lines.iter().find_map(|line| match &line.role {
            Role::Unknown => Some((None, Strength::Foreign, Facts::default(), line.text.clone())),
            _ => None,
        })
    };
    let words = || {
        failure
            .lines
            .last()
            .map(|line| line.text.clone())
            .unwrap_or_default()
    };
    let guessed = |entry| (Some(entry), Strength::Guessed, Facts::default(), words());
    let silent = |entry: &&Entry| entry.id != LAST;
    let by_errno = || {
        failure
            .errno
            .as_deref()
            .and_then(|errno| catalogue().by_errno(errno))
    };
    let place = |hit: &&Hit| {
        catalogue()
            .entries
            .iter()
            .position(|entry| entry.id == hit.entry.id)
    };
    told.or_else(foreign)
        .or_else(|| by_errno().filter(silent).map(guessed))
        .or_else(|| {
            around
                .iter()
                .min_by_key(place)
                .map(|hit| guessed(hit.entry))
        })
        .or_else(|| by_errno().map(guessed))
}

/// The entry of a failure that nothing tells anything about.
const LAST: &str = "unexplained";

/// Each layer of a load names its field, the inmost first.
fn path(failure: &Failure) -> Option<String> {
    let fields = failure.lines.iter().filter_map(|line| match &line.role {
        Role::Context(hit) => hit.facts.get("field").map(str::to_owned),
        Role::Outcome => {
            let around = catalogue().around(&line.text);
            around
                .iter()
                .find_map(|hit| hit.facts.get("field").map(str::to_owned))
        }
        _ => None,
    });
    let mut fields: Vec<String> = fields.collect();
    fields.reverse();
    Some(fields.join(" > ")).filter(|path| !path.is_empty())
}
