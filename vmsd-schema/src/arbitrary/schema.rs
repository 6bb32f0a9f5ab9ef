//! Made-up tables: every shape, presence and count that a table can have, small and nested a little.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{below, below32, once_in};
use crate::schema::{
    Count, Coverage, Device, Extent, Field, Instance, Presence, Priority, RamBlock, Schema,
    SchemaSet, SectionId, Shape, Size,
};

/// Structs in structs, subsections in subsections.
const MAX_DEPTH: usize = 3;

/// Encodings whose width is always the same.
const FIXED: [(&str, u64); 18] = [
    ("uint8", 1),
    ("uint16", 2),
    ("uint32", 4),
    ("uint64", 8),
    ("int8", 1),
    ("int16", 2),
    ("int32", 4),
    ("int64", 8),
    ("bool", 1),
    ("timer", 8),
    ("uint32 equal", 4),
    ("int64 equal", 8),
    ("int32 le", 4),
    ("buffer", 3),
    ("bitmap", 8),
    ("unused_buffer", 2),
    ("pci irq state", 16),
    ("psw", 8),
];

/// Encodings that tell their own length.
const BY_VALUE: [&str; 2] = ["GByteArray", "capability"];

impl<'a> Arbitrary<'a> for Schema {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        table(u, "device", 0)
    }
}

impl<'a> Arbitrary<'a> for SchemaSet {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let devices = (0..1 + below(u, 4)).map(|number| {
            let name = format!("dev{number}");
            let section = SectionId {
                idstr: match once_in(u, 2) {
                    true => format!("0000:00:{number:02x}.0/{name}"),
                    false => name.clone(),
                },
                instance_id: u32::from(once_in(u, 4)),
            };
            Ok(Device {
                type_name: None,
                section: Some(section),
                schema: table(u, &name, 0)?,
            })
        });
        let devices = devices.collect::<Result<Vec<_>>>()?;
        let blocks = (0..below(u, 3)).map(|number| RamBlock {
            name: format!("ram{number}"),
            used_len: 0x1000 * (1 + number as u64),
        });
        Ok(Self {
            qemu: None,
            machine: Some("pc-q35-7.2".to_owned()),
            coverage: Coverage {
                types: false,
                sections: true,
            },
            instance: Some(Instance {
                page_size: Some(4096),
                ram_blocks: blocks.collect(),
                ..Instance::default()
            }),
            devices,
        })
    }
}

fn table(u: &mut Unstructured<'_>, name: &str, depth: usize) -> Result<Schema> {
    let version = 1 + below32(u, 4);
    let minimum = 1 + below32(u, version);
    let mut fields = Vec::new();
    for number in 0..below(u, 6) {
        let field = field(u, number, version, &fields, depth)?;
        fields.push(field);
    }
    let room = if depth < MAX_DEPTH { 3 } else { 1 };
    let subsections =
        (0..below(u, room)).map(|number| table(u, &format!("{name}/s{number}"), depth + 1));
    Ok(Schema {
        name: name.to_owned(),
        version: Some(version),
        minimum_version: Some(minimum),
        subsections: subsections.collect::<Result<_>>()?,
        fields,
        extent: Extent::Whole,
        priority: Some(Priority::Default),
        early_setup: Some(false),
        unmigratable: Some(false),
        opaque: Some(false),
    })
}

fn field(
    u: &mut Unstructured<'_>,
    number: usize,
    version: u32,
    before: &[Field],
    depth: usize,
) -> Result<Field> {
    let presence = match below(u, 4) {
        0 => Presence::Conditional,
        1 => Presence::Since(1 + below32(u, version)),
        _ => Presence::Since(0),
    };
    let number_of = |field: &&Field| {
        let Shape::Leaf { type_name, .. } = &field.shape else {
            return false;
        };
        matches!(type_name.as_str(), "uint8" | "uint16" | "uint32" | "int32")
            && field.count == Count::One
            && field.presence == Presence::Since(0)
    };
    let numbers: Vec<&Field> = before.iter().filter(number_of).collect();
    let count = match (below(u, 5), numbers.last()) {
        (0, Some(counter)) => Count::Field {
            name: counter.name.clone(),
            times: 1 + below(u, 2) as u64,
        },
        (1, _) => Count::Fixed(below(u, 5) as u64),
        _ => Count::One,
    };
    Ok(Field {
        name: format!("f{number}"),
        presence,
        count,
        shape: shape(u, number, depth)?,
        ..Field::default()
    })
}

fn shape(u: &mut Unstructured<'_>, number: usize, depth: usize) -> Result<Shape> {
    let inner = |u: &mut Unstructured<'_>| table(u, &format!("t{depth}{number}"), depth + 1);
    let kinds = if depth < MAX_DEPTH { 12 } else { 7 };
    Ok(match below(u, kinds) {
        7 => Shape::Struct(Box::new(inner(u)?)),
        8 => {
            let schema = inner(u)?;
            let version = schema.version.unwrap_or(1);
            Shape::VStruct(Box::new(schema), version)
        }
        9 => Shape::List {
            type_name: (if once_in(u, 2) { "qlist" } else { "qtailq" }).to_owned(),
            entry: vec![inner(u)?],
        },
        10 => Shape::List {
            type_name: "gtree".to_owned(),
            entry: vec![inner(u)?],
        },
        11 => Shape::Pointer {
            marked: true,
            to: Box::new(Shape::Struct(Box::new(inner(u)?))),
        },
        6 => {
            let name = BY_VALUE
                .get(below(u, BY_VALUE.len()))
                .unwrap_or(&"capability");
            Shape::Leaf {
                type_name: (*name).to_owned(),
                size: Size::ByValue,
            }
        }
        _ => {
            let (name, size) = FIXED
                .get(below(u, FIXED.len()))
                .copied()
                .unwrap_or(("uint8", 1));
            Shape::leaf(name, size)
        }
    })
}
