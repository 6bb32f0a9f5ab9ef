//! A decoded body as JSON: every field with its type, place and value, in the order of the wire.
//!
//! The shape is documented in docs/json.md; a change of it that a reader could trip over raises [`SCHEMA_VERSION`].

use serde::Serialize;
use vmsd_schema::decode::{Branch, Content, Key, Node, Scalar, Struct};

/// The version of all JSON reports.
pub const SCHEMA_VERSION: u32 = 1;

/// What one VMStateDescription wrote.
#[derive(Serialize)]
pub struct Body<'a> {
    vmsd: &'a str,
    version: u32,
    offset: u64,
    size: usize,
    fields: Vec<Field<'a>>,
    subsections: Vec<Self>,
}

/// A field with its name.
#[derive(Serialize)]
struct Field<'a> {
    name: &'a str,
    #[serde(flatten)]
    element: Element<'a>,
}

/// A field or element.
#[derive(Serialize)]
struct Element<'a> {
    r#type: &'a str,
    offset: u64,
    size: usize,
    #[serde(flatten)]
    content: Shape<'a>,
}

/// Exactly one key says what the bytes are.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Shape<'a> {
    Value(Number),
    Values(Vec<Number>),
    Bytes(String),
    Null(bool),
    Struct(Body<'a>),
    Elements(Vec<Element<'a>>),
    List(Vec<Body<'a>>),
    Tree(Vec<Entry<'a>>),
    #[serde(untagged)]
    Opaque {
        opaque: &'a str,
        bytes: String,
    },
}

/// An entry of a tree.
#[derive(Serialize)]
struct Entry<'a> {
    key: EntryKey<'a>,
    value: Body<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum EntryKey<'a> {
    Direct(u64),
    Struct(Body<'a>),
}

/// A scalar; 64-bit values are exact numbers, not strings.
#[derive(Serialize)]
#[serde(untagged)]
enum Number {
    Bool(bool),
    Int(i64),
    Uint(u64),
}

impl<'a> Body<'a> {
    /// The JSON of `body`.
    #[must_use]
    pub fn new(body: &'a Struct<'a>) -> Self {
        Self {
            vmsd: body.vmsd_name,
            version: body.version,
            offset: body.offset,
            size: body.bytes.len(),
            fields: body
                .fields
                .iter()
                .map(|node| Field {
                    name: node.name,
                    element: Element::new(node),
                })
                .collect(),
            subsections: body
                .subsections
                .iter()
                .map(|subsection| Self::new(&subsection.body))
                .collect(),
        }
    }
}

impl<'a> Element<'a> {
    fn new(node: &'a Node<'a>) -> Self {
        Self {
            r#type: node.type_name,
            offset: node.offset,
            size: node.bytes.len(),
            content: Shape::new(node),
        }
    }
}

impl<'a> Shape<'a> {
    fn new(node: &'a Node<'a>) -> Self {
        match &node.content {
            Content::Scalar(scalar) => Self::Value(Number::new(*scalar)),
            Content::Scalars(_) => Self::Values(node.scalars().map(Number::new).collect()),
            Content::Bytes(bytes) => Self::Bytes(hex(bytes)),
            Content::Opaque(reason) => Self::Opaque {
                opaque: reason.as_str(),
                bytes: hex(node.bytes),
            },
            Content::Null | Content::Marker => Self::Null(true),
            Content::Elements(elements) => Self::Elements(
                elements
                    .iter()
                    .filter(|element| !matches!(element.content, Content::Marker))
                    .map(Element::new)
                    .collect(),
            ),
            Content::Struct(body) => Self::Struct(Body::new(body)),
            Content::List(elements) => Self::List(elements.iter().map(Body::new).collect()),
            Content::Tree(branches) => Self::Tree(branches.iter().map(Entry::new).collect()),
        }
    }
}

impl<'a> Entry<'a> {
    fn new(branch: &'a Branch<'a>) -> Self {
        let key = match &branch.key {
            Key::Direct { value, .. } => EntryKey::Direct(*value),
            Key::Struct(body) => EntryKey::Struct(Body::new(body)),
        };
        Self {
            key,
            value: Body::new(&branch.value),
        }
    }
}

impl Number {
    fn new(scalar: Scalar) -> Self {
        match scalar {
            Scalar::Bool(value) => Self::Bool(value),
            Scalar::Int { value, .. } => Self::Int(value),
            Scalar::Uint { value, .. } => Self::Uint(value),
        }
    }
}

/// Bytes as hexadecimal digits without blanks.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(out, "{byte:02x}");
    }
    out
}
