//! A decoded value without its place: what a typed load and a self-described decode must agree on.

/// The value of a field, as a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A NULL pointer.
    Null,
    /// `bool`.
    Bool(bool),
    /// A signed integer of a width in bits.
    Int {
        /// The width.
        bits: u8,
        /// The value.
        value: i64,
    },
    /// An unsigned integer of a width in bits.
    Uint {
        /// The width.
        bits: u8,
        /// The value.
        value: u64,
    },
    /// Raw bytes: buffers, and types that nobody here explains.
    Bytes(Vec<u8>),
    /// Elements of an array or list.
    List(Vec<Self>),
    /// Named fields; subsections stand under their full name.
    Struct(Vec<(String, Self)>),
}

impl Value {
    /// The member `name` of a struct.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct(fields) => fields
                .iter()
                .find(|(field, _)| field == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value as an integer.
    #[must_use]
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Bool(value) => Some(u64::from(*value)),
            Self::Int { value, .. } => u64::try_from(*value).ok(),
            Self::Uint { value, .. } => Some(*value),
            _ => None,
        }
    }
}
