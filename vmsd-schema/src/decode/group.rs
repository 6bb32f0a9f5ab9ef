//! Entries of one field: an array that QEMU describes in pieces, joined, and how many elements each piece stands for.

use crate::schema::{ArrayKey, FieldEntry};

use super::kind::Kind;

/// Splits off the entries of the first field: consecutive ones of one name.
pub(crate) fn split(entries: &[FieldEntry]) -> Option<(&[FieldEntry], &[FieldEntry])> {
    let first = entries.first()?;
    let same = entries
        .iter()
        .take_while(|entry| same_field(first, entry))
        .count();
    entries.split_at_checked(same)
}

/// The name of the field that `entries` describe: that of an entry which is not the stand-in of a NULL.
pub(crate) fn name(entries: &[FieldEntry]) -> &str {
    let real = entries.iter().find(|entry| !is_null(entry));
    real.or(entries.first()).map_or("", |entry| &entry.name)
}

/// How many elements entry number `position` of a field stands for.
///
/// `array_len` does not always tell. Where NULL and non-NULL runs alternate, the first run counts the whole array if it
/// is not NULL; and where every element is described by itself, a NULL still counts the NULLs behind it
/// (`vmstate_save_state_v` of 10.0 and later).
pub(crate) fn count(entries: &[FieldEntry], position: usize) -> u64 {
    let Some(entry) = entries.get(position) else {
        return 0;
    };
    if entries.len() == 1 || !entries.iter().any(is_null) {
        return entry.count();
    }
    if each_by_itself(entries) {
        return 1;
    }
    let others = || {
        entries
            .iter()
            .skip(1)
            .map(FieldEntry::count)
            .fold(0, u64::saturating_add)
    };
    match position {
        0 if !is_null(entry) => match entry.count().checked_sub(others()) {
            None | Some(0) => entry.count(),
            Some(count) => count,
        },
        _ => entry.count(),
    }
}

/// Runs alternate, so two NULL entries in a row are two elements; and so are elements with an index.
fn each_by_itself(entries: &[FieldEntry]) -> bool {
    entries
        .iter()
        .any(|entry| matches!(entry.array, ArrayKey::Index(_)))
        || entries.windows(2).any(|pair| pair.iter().all(is_null))
}

fn is_null(entry: &FieldEntry) -> bool {
    matches!(Kind::of(&entry.type_name), Kind::Null | Kind::Marker)
}

/// The stand-in field of a NULL is not found in QEMU's table, so it is `name[-1]` where elements are `name[k]`.
fn same_field(first: &FieldEntry, entry: &FieldEntry) -> bool {
    if first.name == entry.name {
        return true;
    }
    let stand_in = |null: &FieldEntry, other: &FieldEntry| {
        let base = null.name.strip_suffix("[-1]").filter(|_| is_null(null));
        base.is_some_and(|base| {
            other
                .name
                .strip_prefix(base)
                .is_some_and(|rest| rest.starts_with('['))
        })
    };
    stand_in(entry, first) || stand_in(first, entry)
}
