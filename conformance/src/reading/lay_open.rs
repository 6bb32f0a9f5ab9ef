//! What a stream describes by its type and size alone, laid open by a mirror: `virtio`, `scsi-requests` and the like.

use vmsd_schema::decode::Kind;
use vmsd_schema::schema::{Body, Description, Dialect};
use vmsd_schema::wire::Reader;

use crate::reading::measure::registry;

/// `description` with the layout of what it only names, if it names such a thing, and a mirror reads and writes `bytes`
/// as described.
#[must_use]
pub fn explain(
    idstr: &str,
    description: &Description,
    at: u64,
    bytes: &[u8],
) -> Option<Description> {
    if !names_only(description) {
        return None;
    }
    let version = description.version;
    let mut reader = Reader::with_base(bytes, at);
    let inspected = registry().inspect(idstr, &mut reader, version, Some(description), |rest| {
        rest.is_empty()
    });
    let mut state = inspected.ok()?.state;
    // Most streams are of newer versions; where several describe a value alike, any will do.
    let dialect = Dialect::ALL.into_iter().rev().find(|dialect| {
        let layout = state.layout(*dialect, version);
        layout.is_ok_and(|layout| layout.description == *description && layout.bytes == bytes)
    })?;
    Some(state.explain(dialect, version).ok()?.description)
}

/// Whether a field is of a type that only QEMU's code reads.
fn names_only(description: &Description) -> bool {
    let mut fields = description.fields.iter();
    fields.any(|field| match &field.body {
        Body::Leaf => Kind::of(&field.type_name) == Kind::Opaque,
        Body::Struct(inner) => inner.as_deref().is_some_and(names_only),
        Body::Inline(inner) => inner.iter().any(names_only),
    }) || description.subsections.iter().any(names_only)
}
