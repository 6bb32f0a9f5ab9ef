//! What the derive's output may name. Not for people: it changes without notice.

pub use crate::codec;
pub use crate::schema::model::{Count, Schema};
pub use crate::vmstate::schema_builder::SchemaBuilder;
pub use crate::vmstate::{Codec, Elements, Field, FieldMeta, Length, Unit, VmState, Visitor};
pub use std::option::Option;
pub use std::primitive::{bool, str, u32, usize};
pub use std::result::Result::Ok;

/// Whether `child` may stand under `parent`: QEMU compares bytes and asks for no separator.
#[must_use]
pub const fn is_subsection_of(parent: &str, child: &str) -> bool {
    let (parent, child) = (parent.as_bytes(), child.as_bytes());
    if child.len() <= parent.len() {
        return false;
    }
    let mut i = 0;
    while i < parent.len() {
        #[expect(clippy::indexing_slicing, reason = "both lengths were compared; const fn has no other way")]
        if parent[i] != child[i] {
            return false;
        }
        i += 1;
    }
    true
}
