//! The tree of a decoded body. It borrows names from the description and bytes from the stream.

use super::kind::{Scalar, ScalarKind};
use crate::value::Value;

/// A field: a value, or all elements of an array.
#[derive(Clone, Debug)]
pub struct Node<'s> {
    /// The field's name in the description.
    pub name: &'s str,
    /// QEMU's name of the encoding; of the first element, where elements differ.
    pub type_name: &'s str,
    /// Bytes from the start of the input to the first of the field.
    pub offset: u64,
    /// The field's bytes.
    pub bytes: &'s [u8],
    /// What they mean.
    pub content: Content<'s>,
}

/// What the bytes of a [`Node`] mean.
#[derive(Clone, Debug)]
pub enum Content<'s> {
    /// One scalar.
    Scalar(Scalar),
    /// Scalars of one kind, one after the other: see [`Node::scalars`].
    Scalars(ScalarKind),
    /// Bytes that mean themselves, without the length that may stand before them.
    Bytes(&'s [u8]),
    /// Bytes that the description does not explain.
    Opaque(Reason),
    /// A NULL pointer.
    Null,
    /// The marker before an element that is there.
    Marker,
    /// Elements of an array.
    Elements(Vec<Node<'s>>),
    /// A nested description.
    Struct(Struct<'s>),
    /// Elements of a list.
    List(Vec<Struct<'s>>),
    /// Keys and values of a tree.
    Tree(Vec<Branch<'s>>),
}

/// Why bytes stay bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Only QEMU's own code reads the type.
    Type,
    /// An old-style handler: nothing of it is described.
    Handler,
    /// An array of pointers whose first is NULL, as QEMU up to 9.1 describes it: the elements have no layout, and
    /// nothing behind them has a place.
    NullFirst,
    /// The size in the description is not that of the type.
    Size,
}

/// What one VMStateDescription wrote.
#[derive(Clone, Debug)]
pub struct Struct<'s> {
    /// The VMStateDescription's name.
    pub vmsd_name: &'s str,
    /// The version that was written.
    pub version: u32,
    /// Bytes from the start of the input to the first.
    pub offset: u64,
    /// Fields and subsections.
    pub bytes: &'s [u8],
    /// In the order of the wire.
    pub fields: Vec<Node<'s>>,
    /// In the order of the wire, behind the fields.
    pub subsections: Vec<Subsection<'s>>,
}

/// A subsection with its header.
#[derive(Clone, Debug)]
pub struct Subsection<'s> {
    /// Bytes from the start of the input to the byte 05.
    pub offset: u64,
    /// 05, name and version.
    pub header: &'s [u8],
    /// The body; its `vmsd_name` and `version` are those of the header.
    pub body: Struct<'s>,
}

/// An entry of a tree.
#[derive(Clone, Debug)]
pub struct Branch<'s> {
    /// The key.
    pub key: Key<'s>,
    /// The value.
    pub value: Struct<'s>,
}

/// The key of an entry of a tree.
#[derive(Clone, Debug)]
pub enum Key<'s> {
    /// A be64 that no description covers.
    Direct {
        /// Bytes from the start of the input to it.
        offset: u64,
        /// The number.
        value: u64,
    },
    /// A described key.
    Struct(Struct<'s>),
}

impl Reason {
    /// The reason as a sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Type => "only QEMU's code for this type knows what is in it",
            Self::Handler => "an old-style handler, which is not described",
            Self::NullFirst => {
                "an array of pointers whose first is NULL: QEMU up to 9.1 leaves the layout of its elements out"
            }
            Self::Size => "the size in the description is not that of the type",
        }
    }
}

impl<'s> Node<'s> {
    /// The elements of [`Content::Scalars`], or the one of [`Content::Scalar`].
    pub fn scalars(&self) -> impl Iterator<Item = Scalar> + 's {
        let (kind, one) = match self.content {
            Content::Scalars(kind) => (Some(kind), None),
            Content::Scalar(scalar) => (None, Some(scalar)),
            _ => (None, None),
        };
        let bytes = if kind.is_some() { self.bytes } else { &[] };
        let width = kind.map_or(1, ScalarKind::width);
        bytes
            .chunks_exact(width)
            .filter_map(move |bytes| kind.map(|kind| kind.value(bytes)))
            .chain(one)
    }

    /// The value without its place; a field without elements has none.
    #[must_use]
    pub fn to_value(&self) -> Option<Value> {
        Some(match &self.content {
            Content::Scalar(scalar) => scalar.to_value(),
            Content::Scalars(_) => Value::List(self.scalars().map(Scalar::to_value).collect()),
            Content::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
            Content::Opaque(_) => Value::Bytes(self.bytes.to_vec()),
            Content::Null => Value::Null,
            Content::Marker => return None,
            Content::Elements(elements) => {
                let mut values: Vec<Value> = elements.iter().filter_map(Node::to_value).collect();
                match values.len() {
                    0 => return None,
                    1 => return values.pop(),
                    _ => Value::List(values),
                }
            }
            Content::Struct(inner) => inner.to_value(),
            Content::List(elements) => Value::List(elements.iter().map(Struct::to_value).collect()),
            Content::Tree(branches) => Value::List(branches.iter().map(Branch::to_value).collect()),
        })
    }
}

impl Scalar {
    /// The value.
    #[must_use]
    pub fn to_value(self) -> Value {
        match self {
            Self::Bool(value) => Value::Bool(value),
            Self::Int { bits, value } => Value::Int { bits, value },
            Self::Uint { bits, value } => Value::Uint { bits, value },
        }
    }
}

impl<'s> Struct<'s> {
    /// The field called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Node<'s>> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The subsection called `name`.
    #[must_use]
    pub fn subsection(&self, name: &str) -> Option<&Self> {
        self.subsections
            .iter()
            .map(|subsection| &subsection.body)
            .find(|body| body.vmsd_name == name)
    }

    /// Fields by name, subsections by full name.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let fields = self
            .fields
            .iter()
            .filter_map(|node| Some((node.name.to_owned(), node.to_value()?)));
        let subsections = self
            .subsections
            .iter()
            .map(|Subsection { body, .. }| (body.vmsd_name.to_owned(), body.to_value()));
        Value::Struct(fields.chain(subsections).collect())
    }
}

impl Branch<'_> {
    fn to_value(&self) -> Value {
        let key = match &self.key {
            Key::Direct { value, .. } => Value::Uint {
                bits: 64,
                value: *value,
            },
            Key::Struct(inner) => inner.to_value(),
        };
        Value::Struct(vec![
            ("key".to_owned(), key),
            ("value".to_owned(), self.value.to_value()),
        ])
    }
}
