//! Pairs up the fields of two descriptions of one device: by name, and where a name changed, by the bytes on the wire.

use super::versions::Older;
use crate::decode::{group, Kind};
use crate::schema::{Body, FieldEntry};

/// All entries of one field.
pub(super) type Group<'d> = &'d [FieldEntry];

/// A field of the target, of the source, or of both.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pair<'d> {
    /// The target reads it and the source sends it.
    Both(usize, Group<'d>, Group<'d>),
    /// The target reads it; its number in the target's description.
    Target(usize, Group<'d>),
    /// The source sends it.
    Source(Group<'d>),
}

/// The fields in the order of the wire.
pub(super) fn align<'d>(target: &'d [FieldEntry], source: &'d [FieldEntry]) -> Vec<Pair<'d>> {
    let (target, source) = (groups(target), groups(source));
    let mut pairs = Vec::with_capacity(target.len());
    let mut rest = source.as_slice();
    for (place, read) in target.iter().enumerate() {
        let later = target.get(place + 1..).unwrap_or_default();
        match rest
            .iter()
            .position(|sent| group::name(sent) == group::name(read))
        {
            Some(skipped) => {
                let (before, after) = rest.split_at(skipped);
                pairs.extend(before.iter().map(|sent| Pair::Source(sent)));
                if let Some((sent, after)) = after.split_first() {
                    pairs.push(Pair::Both(place, read, sent));
                    rest = after;
                }
            }
            None => match rest.split_first() {
                Some((sent, after)) if renamed(read, sent, later) => {
                    pairs.push(Pair::Both(place, read, sent));
                    rest = after;
                }
                _ => pairs.push(Pair::Target(place, read)),
            },
        }
    }
    pairs.extend(rest.iter().map(|sent| Pair::Source(sent)));
    pairs
}

impl Pair<'_> {
    /// What is left of it where the section comes in an older version: of what that has not the target reads nothing.
    pub(super) fn at(self, older: Older<'_>) -> Option<Self> {
        match self {
            Self::Both(_, read, sent) if !older.has(group::name(read)) => Some(Self::Source(sent)),
            Self::Target(_, read) if !older.has(group::name(read)) => None,
            _ => Some(self),
        }
    }
}

/// How many elements a field has.
pub(super) fn elements(group: Group<'_>) -> u64 {
    match group {
        [entry] => entry.count(),
        _ => runs(group).last().map_or(0, |(end, _)| *end),
    }
}

/// The entries of a field, each with the number of elements up to its last.
pub(super) fn runs(group: Group<'_>) -> Vec<(u64, &FieldEntry)> {
    let with_null = group
        .iter()
        .any(|entry| matches!(Kind::of(&entry.type_name), Kind::Null | Kind::Marker));
    let mut end = 0_u64;
    let counted = group.iter().enumerate().map(|(place, entry)| {
        let count = if with_null {
            group::count(group, place)
        } else {
            entry.count()
        };
        end = end.saturating_add(count);
        (end, entry)
    });
    counted.collect()
}

/// The entry that describes element number `index`, and the first element that it does not describe; the last one's description
/// serves for all behind it.
pub(super) fn entry<'d>(
    runs: &[(u64, &'d FieldEntry)],
    index: u64,
) -> Option<(u64, &'d FieldEntry)> {
    let place = runs.partition_point(|(end, _)| *end <= index);
    match runs.get(place) {
        Some(run) if place + 1 < runs.len() => Some(*run),
        run => run.or(runs.last()).map(|(_, entry)| (u64::MAX, *entry)),
    }
}

fn groups(mut entries: &[FieldEntry]) -> Vec<Group<'_>> {
    let mut groups = Vec::new();
    while let Some((first, rest)) = group::split(entries) {
        groups.push(first);
        entries = rest;
    }
    groups
}

/// Another name for the same bytes, unless the source's name comes later on the target.
fn renamed(read: Group<'_>, sent: Group<'_>, later: &[Group<'_>]) -> bool {
    let elsewhere = later
        .iter()
        .any(|other| group::name(other) == group::name(sent));
    !elsewhere && elements(read) == elements(sent) && alike(read, sent)
}

fn alike(read: Group<'_>, sent: Group<'_>) -> bool {
    match (read.first(), sent.first()) {
        (Some(read), Some(sent)) => {
            let form = |entry: &FieldEntry| match (&entry.body, Kind::of(&entry.type_name)) {
                (Body::Struct(_), _) => 2,
                (Body::Inline(_), _) => 1,
                _ => 0,
            };
            read.size == sent.size && form(read) == form(sent)
        }
        _ => false,
    }
}
