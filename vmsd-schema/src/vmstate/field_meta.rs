//! What the derive writes down of a field, once for each struct.

use crate::schema::Dialect;

/// What the table says of one field, apart from its type.
#[derive(Clone, Copy, Debug)]
pub struct FieldMeta {
    /// The name in QEMU's table.
    pub name: &'static str,
    /// The name that the JSON shows: with `[k]` where the table has the name more than once.
    pub json_name: &'static str,
    /// The name that newer versions show, and the first dialect of those.
    pub renamed: Option<(Dialect, &'static str)>,
    /// The first version that has the field.
    pub since: u32,
    /// Whether a predicate decides instead.
    pub conditional: bool,
    /// Whether QEMU describes each element of an array by itself, as it does where the table has a predicate.
    pub uncompressed: bool,
    /// Which part of an array it is, as its author wrote it; empty for all of it.
    pub range: &'static str,
    /// The bound of the value, as its author wrote it; empty where there is none.
    pub max: &'static str,
    /// The check of the value, by its name; empty where there is none.
    pub validate: &'static str,
}

impl FieldMeta {
    /// The name in a JSON of `dialect`.
    pub(crate) fn json_name_in(&self, dialect: Dialect) -> &'static str {
        match self.renamed {
            Some((first, name)) if dialect >= first => name,
            _ => self.json_name,
        }
    }

    /// Whether a JSON of any version may call the field `name`.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.json_name == name || self.renamed.is_some_and(|(_, renamed)| renamed == name)
    }
}
