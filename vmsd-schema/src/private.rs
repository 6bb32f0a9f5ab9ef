//! What the derive's output may name. Not for people: it changes without notice.

pub use crate::codec;
pub use crate::schema::model::{Priority, Schema};
pub use crate::schema::Dialect;
pub use crate::vmstate::schema_builder::SchemaBuilder;
pub use crate::vmstate::{
    Applies, Codec, Counted, Elements, Field, FieldMeta, Length, Unit, Visitor, VmState,
};
pub use std::option::Option;
pub use std::primitive::{bool, str, u32, usize};
pub use std::result::Result::Ok;

/// Walks the part of a field that a `range` names.
#[inline]
pub fn part<T: ?Sized>(
    part: Option<&mut T>,
    walk: impl FnOnce(&mut T) -> crate::Result<()>,
) -> crate::Result<()> {
    match part {
        Some(part) => walk(part),
        None => Err(crate::Error::new(
            crate::ErrorKind::Count,
            "the `range` reaches past the field",
        )),
    }
}

/// Elements of a `range` in a field of `capacity` elements.
#[must_use]
pub fn range_len(range: impl std::ops::RangeBounds<usize>, capacity: usize) -> u64 {
    use std::ops::Bound;
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(start) => start + 1,
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(end) => end + 1,
        Bound::Excluded(end) => *end,
        Bound::Unbounded => capacity,
    };
    end.saturating_sub(start) as u64
}

/// Whether `child` may stand under `parent`: QEMU compares bytes and asks for no separator.
#[must_use]
pub const fn is_subsection_of(parent: &str, child: &str) -> bool {
    let (parent, child) = (parent.as_bytes(), child.as_bytes());
    if child.len() <= parent.len() {
        return false;
    }
    let mut i = 0;
    while i < parent.len() {
        #[expect(
            clippy::indexing_slicing,
            reason = "both lengths were compared; const fn has no other way"
        )]
        if parent[i] != child[i] {
            return false;
        }
        i += 1;
    }
    true
}
