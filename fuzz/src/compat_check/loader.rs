//! Reads a body by the target's table alone, as QEMU would: the judge of what compat says.
//!
//! Predicates are the one thing that a table does not tell. A conditional field is taken to be there when the source sent
//! one of its name.

use std::collections::HashMap;

use vmsd_schema::decode::Kind;
use vmsd_schema::schema::{Count, Description, Field, Presence, Schema, Shape, Size};
use vmsd_schema::vmstate::subsection_name;
use vmsd_schema::wire::{marker, Reader};
use vmsd_schema::{Error, ErrorKind, Result};

/// Loads the body of `version` that comes next, of which the source says `sent`.
pub(super) fn load(
    schema: &Schema,
    version: u32,
    reader: &mut Reader<'_>,
    sent: &Description,
) -> Result<()> {
    let newest = schema.version.unwrap_or(version);
    let oldest = schema.minimum_version.unwrap_or(0);
    if !(oldest..=newest).contains(&version) {
        let message = format!("version {version} is not of {oldest} to {newest}");
        return Err(reader.error(ErrorKind::Version, message));
    }
    let mut numbers = HashMap::new();
    for field in &schema.fields {
        let there = match field.presence {
            Presence::Since(since) => since <= version,
            Presence::Conditional | Presence::Unknown => sent.entries(&field.name).next().is_some(),
        };
        if there {
            let loaded = self::field(field, reader, sent, &mut numbers);
            loaded.map_err(|error| error.inside(field.name.clone()))?;
        }
    }
    while let Some(name) = subsection_name(reader, &schema.name) {
        let mut known = schema.subsections.iter();
        let Some(inner) = known.find(|known| known.name.as_bytes() == name) else {
            return Err(reader.error(ErrorKind::Unknown, "no such subsection"));
        };
        reader.skip(2 + name.len())?;
        let version = reader.u32()?;
        let sent = sent.subsection(&inner.name);
        load(
            inner,
            version,
            reader,
            sent.unwrap_or(&Description::default()),
        )?;
    }
    Ok(())
}

fn field<'s>(
    field: &'s Field,
    reader: &mut Reader<'_>,
    sent: &Description,
    numbers: &mut HashMap<&'s str, u64>,
) -> Result<()> {
    let count = match &field.count {
        Count::Fixed(count) | Count::Seen(count) => *count,
        Count::Field { name, times } => {
            let known = numbers.get(name.as_str()).copied();
            known.unwrap_or(0).saturating_mul(*times)
        }
        Count::One | Count::Unknown => 1,
    };
    let start = reader.rest();
    let mut structures = Structures::of(sent, &field.name);
    for _ in 0..count {
        shape(&field.shape, reader, &mut structures)?;
    }
    let read = start.len() - reader.remaining();
    if (1..=8).contains(&read) && count == 1 {
        let bytes = start.get(..read).unwrap_or_default();
        let number = bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte));
        numbers.insert(&field.name, number);
    }
    Ok(())
}

/// What the source says of the structs in one field, in the order of the wire.
struct Structures(std::vec::IntoIter<Description>);

impl Structures {
    fn of(sent: &Description, name: &str) -> Self {
        use vmsd_schema::schema::Body;
        let mut all = Vec::new();
        for entry in sent.entries(name) {
            match &entry.body {
                Body::Struct(Some(inner)) => all.push((**inner).clone()),
                Body::Inline(inner) => all.extend(inner.iter().cloned()),
                Body::Struct(None) | Body::Leaf => {}
            }
        }
        Self(all.into_iter())
    }

    fn next(&mut self) -> Description {
        self.0.next().unwrap_or_default()
    }
}

fn shape(shape: &Shape, reader: &mut Reader<'_>, sent: &mut Structures) -> Result<()> {
    let own = |schema: &Schema| schema.version.unwrap_or(1);
    match shape {
        Shape::Leaf { type_name, size } => match (Kind::of(type_name), size) {
            (Kind::Counted32, _) => {
                let len = reader.u32()?;
                reader.skip(usize::try_from(len).unwrap_or(usize::MAX))
            }
            (Kind::Counted8, _) => reader.counted_bytes().map(drop),
            (_, Size::Fixed(size) | Size::Seen(size)) => {
                reader.skip(usize::try_from(*size).unwrap_or(usize::MAX))
            }
            _ => Err(unknown(reader)),
        },
        Shape::Struct(schema) | Shape::Nested(schema) => {
            load(schema, own(schema), reader, &sent.next())
        }
        Shape::VStruct(schema, version) => load(schema, *version, reader, &sent.next()),
        Shape::List { type_name, entry } => {
            let tree = Kind::of(type_name) == Kind::Tree;
            if tree {
                reader.skip(4)?;
            }
            while reader.u8()? != 0 {
                if let (true, [_]) = (tree, entry.as_slice()) {
                    reader.skip(8)?;
                }
                for schema in entry {
                    load(schema, own(schema), reader, &sent.next())?;
                }
            }
            Ok(())
        }
        Shape::Pointer { marked: true, to } => match reader.u8()? {
            marker::NULL_POINTER => Ok(()),
            marker::VALID_POINTER => self::shape(to, reader, sent),
            _ => Err(reader.error(ErrorKind::Marker, "neither a pointer nor NULL")),
        },
        Shape::Pointer { .. } | Shape::Unknown => Err(unknown(reader)),
    }
}

fn unknown(reader: &Reader<'_>) -> Error {
    reader.error(
        ErrorKind::Unsupported,
        "the table does not say how long the field is",
    )
}
