//! A stream in the shape that QEMU's `scripts/analyze-migration.py` prints, the script of QEMU 10.0.
//!
//! In goes a list of sections with their descriptions and bytes, out comes JSON. The script's peculiarities are part of
//! the shape: `uint8 equal`, `uint16 equal` and `int64 equal` are shown signed; lists, `vstruct` and `tmp` are bytes; a
//! pointer marker of 11.x stands in the list as a byte. Where the script fails, this does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use vmsd_schema::decode::Machine;
use vmsd_schema::decode::{decode, Content, End, Kind, Node, ScalarKind, Struct};
use vmsd_schema::schema::Description;
use vmsd_schema::stream::{Grammar, SectionKind};
use vmsd_schema::wire::Reader;
use vmsd_schema::Result;

use super::json::Json;

/// One section of a stream, in the order in which sections begin.
#[derive(Clone, Debug)]
pub struct Section<'s> {
    /// The section's idstr.
    pub name: String,
    /// The section's number in the stream.
    pub id: u32,
    /// What is in it.
    pub body: Body<'s>,
}

/// What is in a section.
#[derive(Clone, Debug)]
pub enum Body<'s> {
    /// Guest memory: its blocks and their lengths.
    Ram(Vec<(String, u64)>),
    /// Another live section; nothing of it is shown.
    Live,
    /// A device with a description.
    Device {
        /// What its bytes are.
        description: &'s Description,
        /// Bytes from the start of the input to the body.
        offset: u64,
        /// The body.
        bytes: &'s [u8],
    },
    /// A device that describes itself as so many bytes, or not at all.
    Opaque(&'s [u8]),
}

/// The sections of a machine that was read whole.
pub fn sections<'m>(machine: &'m Machine<'_>) -> impl Iterator<Item = Section<'m>> + 'm {
    machine.sections.iter().map(|section| {
        let body = match (section.grammar, machine.layout(section), section.body) {
            (Grammar::Ram, ..) => {
                let blocks = machine.ram.blocks.iter();
                Body::Ram(
                    blocks
                        .map(|block| (block.name.clone(), block.used_length))
                        .collect(),
                )
            }
            (_, Some(description), Some(bytes)) => Body::Device {
                description,
                offset: section.body_at,
                bytes,
            },
            (_, _, Some(bytes)) if section.kind == SectionKind::Full => Body::Opaque(bytes),
            _ => Body::Live,
        };
        Section {
            name: section.name.clone(),
            id: section.header.id.0,
            body,
        }
    })
}

/// The whole stream. Of sections with one number the last is shown.
///
/// # Errors
/// As [`decode`], where a body is not what its description says.
pub fn analyze<'s>(sections: impl IntoIterator<Item = Section<'s>>) -> Result<Json> {
    let mut places = BTreeMap::new();
    let mut members: Vec<(String, Json)> = Vec::new();
    for Section { name, id, body } in sections {
        let shown = show(body).map_err(|error| error.inside(name.clone()))?;
        let member = (format!("{name} ({id})"), shown);
        match places
            .get(&id)
            .and_then(|place: &usize| members.get_mut(*place))
        {
            Some(place) => *place = member,
            None => {
                places.insert(id, members.len());
                members.push(member);
            }
        }
    }
    Ok(Json::Object(members))
}

fn show(body: Body<'_>) -> Result<Json> {
    Ok(match body {
        Body::Ram(blocks) => {
            let blocks = blocks
                .into_iter()
                .map(|(name, len)| (name, Json::Text(format!("{len:#018x}"))));
            let mut sizes = Members::default();
            blocks.for_each(|(name, len)| sizes.set(name, len));
            Json::Object(vec![("section sizes".to_owned(), sizes.into_json())])
        }
        Body::Live => Json::Text(String::new()),
        Body::Device {
            description,
            offset,
            bytes,
        } => structure(&decode(
            description,
            &mut Reader::with_base(bytes, offset),
            End::Known,
        )?),
        Body::Opaque(bytes) => Json::Object(vec![("data".to_owned(), hex(bytes))]),
    })
}

fn structure(body: &Struct<'_>) -> Json {
    let mut members = Members::default();
    for field in &body.fields {
        match &field.content {
            Content::Elements(elements) => elements
                .iter()
                .for_each(|node| members.join(field.name, element(node))),
            Content::Scalars(kind) => {
                let bytes = field.bytes.chunks_exact(kind.width());
                bytes.for_each(|bytes| {
                    members.join(field.name, scalar(field.type_name, *kind, bytes))
                });
            }
            _ => members.join(field.name, element(field)),
        }
    }
    for subsection in &body.subsections {
        members.set(
            subsection.body.vmsd_name.to_owned(),
            structure(&subsection.body),
        );
    }
    members.into_json()
}

fn element(node: &Node<'_>) -> Json {
    match &node.content {
        Content::Scalar(_) => match Kind::of(node.type_name) {
            Kind::Scalar(kind) => scalar(node.type_name, kind, node.bytes),
            _ => hex(node.bytes),
        },
        Content::Struct(inner) if node.type_name == "struct" => structure(inner),
        Content::Null if node.type_name == "nullptr" => Json::Text("nullptr".to_owned()),
        _ => hex(node.bytes),
    }
}

/// Hex digits, and of a negative number its value too.
fn scalar(type_name: &str, kind: ScalarKind, bytes: &[u8]) -> Json {
    let signed = match type_name {
        "timer" => return hex(bytes),
        "uint8 equal" | "uint16 equal" | "int64 equal" => true,
        _ => matches!(kind, ScalarKind::Int(_)),
    };
    if kind == ScalarKind::Bool {
        return Json::Bool(bytes.iter().any(|byte| *byte != 0));
    }
    let mut text = "0x".to_owned();
    digits(&mut text, bytes, "");
    if signed && bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        let value = bytes
            .iter()
            .fold(-1_i64, |value, byte| value << 8 | i64::from(*byte));
        let _ = write!(text, " ({value})");
    }
    Json::Text(text)
}

fn hex(bytes: &[u8]) -> Json {
    let mut text = String::with_capacity(bytes.len() * 3);
    digits(&mut text, bytes, " ");
    Json::Text(text)
}

fn digits(text: &mut String, bytes: &[u8], separator: &str) {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 {
            text.push_str(separator);
        }
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
}

/// The members of one object. A field whose name is there already makes a list of the two.
#[derive(Default)]
struct Members {
    list: Vec<(String, Json)>,
    places: BTreeMap<String, usize>,
}

impl Members {
    fn join(&mut self, name: &str, value: Json) {
        let place = match self.list.last() {
            Some((last, _)) if last == name => Some(self.list.len() - 1),
            _ => self.places.get(name).copied(),
        };
        match place.and_then(|place| self.list.get_mut(place)) {
            Some((_, Json::List(values))) => values.push(value),
            Some((_, first)) => {
                let values = vec![std::mem::replace(first, Json::Null), value];
                *first = Json::List(values);
            }
            None => self.add(name.to_owned(), value),
        }
    }

    fn set(&mut self, name: String, value: Json) {
        match self
            .places
            .get(&name)
            .and_then(|place| self.list.get_mut(*place))
        {
            Some((_, old)) => *old = value,
            None => self.add(name, value),
        }
    }

    fn add(&mut self, name: String, value: Json) {
        self.places.insert(name.clone(), self.list.len());
        self.list.push((name, value));
    }

    fn into_json(self) -> Json {
        Json::Object(self.list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_the_script_prints_them() {
        let text = |name: &str, bytes: &[u8]| match Kind::of(name) {
            Kind::Scalar(kind) => scalar(name, kind, bytes),
            other => panic!("{name} is {other:?}"),
        };
        let is = |text: &str| Json::Text(text.to_owned());
        assert_eq!(text("uint8", &[0xff]), is("0xff"));
        assert_eq!(text("uint8 equal", &[0xff]), is("0xff (-1)"));
        assert_eq!(text("uint32 equal", &[0xff; 4]), is("0xffffffff"));
        assert_eq!(
            text(
                "int64 equal",
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]
            ),
            is("0xfffffffffffffffe (-2)")
        );
        assert_eq!(
            text("int64", &[0x80, 0, 0, 0, 0, 0, 0, 0]),
            is("0x8000000000000000 (-9223372036854775808)")
        );
        assert_eq!(text("int16", &[0x7f, 0xff]), is("0x7fff"));
        assert_eq!(text("bool", &[2]), Json::Bool(true));
        assert_eq!(text("timer", &[0xff; 8]), is("ff ff ff ff ff ff ff ff"));
    }
}
