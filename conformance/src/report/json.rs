//! A JSON tree whose objects keep their order, for output that people read.

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A JSON value that is about to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Number(i128),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Members in order. A name that stands twice is printed twice: whoever builds the tree decides.
    Object(Vec<(String, Self)>),
    /// `null`.
    Null,
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(value) => match (u64::try_from(*value), i64::try_from(*value)) {
                (Ok(value), _) => serializer.serialize_u64(value),
                (_, Ok(value)) => serializer.serialize_i64(value),
                _ => serializer.serialize_i128(*value),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
            Self::Null => serializer.serialize_unit(),
        }
    }
}
