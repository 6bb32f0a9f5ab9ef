//! Pairs up the fields of two descriptions of one device: by name, and where a name changed, by the bytes on the wire.

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

/// How many elements a field has.
pub(super) fn elements(group: Group<'_>) -> u64 {
    (0..group.len())
        .map(|place| group::count(group, place))
        .fold(0, u64::saturating_add)
}

/// The entry that describes element number `index`.
pub(super) fn entry(group: Group<'_>, index: u64) -> Option<&FieldEntry> {
    let mut passed = 0_u64;
    for (place, entry) in group.iter().enumerate() {
        passed = passed.saturating_add(group::count(group, place));
        if index < passed {
            return Some(entry);
        }
    }
    group.last()
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
