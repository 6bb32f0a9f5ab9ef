//! What a stream's description of its values tells of the tables behind them.
//!
//! It tells encodings and wire sizes of what was sent, so everything here is [`Extent::Seen`]. An array that QEMU described
//! element by element becomes one field again, NULLs in it make it an array of pointers.

use super::merge::{self, Clashes};
use super::{
    Body, Count, Coverage, Description, Device, DeviceForm, Extent, Field, FieldEntry, Instance,
    Schema, SchemaSet, SectionId, Shape, Size, StreamDescription,
};

/// Encodings whose width no value changes.
const FIXED: [(&str, u64); 18] = [
    ("bool", 1),
    ("int8", 1),
    ("int16", 2),
    ("int32", 4),
    ("int64", 8),
    ("uint8", 1),
    ("uint16", 2),
    ("uint32", 4),
    ("uint64", 8),
    ("int32 equal", 4),
    ("uint8 equal", 1),
    ("uint16 equal", 2),
    ("uint32 equal", 4),
    ("int64 equal", 8),
    ("int32 le", 4),
    ("timer", 8),
    ("CPU_Double_U", 8),
    ("float64", 8),
];

impl SchemaSet {
    /// What the description at the end of a stream tells.
    #[must_use]
    pub fn from_description(stream: &StreamDescription) -> Self {
        let devices = stream.devices.iter().map(|entry| Device {
            type_name: None,
            section: Some(SectionId {
                idstr: entry.name.clone(),
                instance_id: entry.instance_id,
            }),
            schema: match &entry.form {
                DeviceForm::Vmsd(description) => Schema::from_description(description),
                DeviceForm::Opaque { size } => Schema::from_opaque(&entry.name, *size),
            },
        });
        Self {
            coverage: Coverage {
                types: false,
                sections: true,
            },
            devices: devices.collect(),
            instance: Some(Instance {
                page_size: (stream.page_size > 0).then_some(stream.page_size),
                ..Instance::default()
            }),
            ..Self::default()
        }
    }
}

impl Schema {
    /// What the description of one value tells of its table.
    #[must_use]
    pub fn from_description(description: &Description) -> Self {
        let mut fields = Vec::new();
        let mut rest = description.fields.as_slice();
        while let Some(first) = rest.first() {
            let count = rest
                .iter()
                .take_while(|entry| same_field(first, entry))
                .count();
            let (entries, behind) = rest.split_at(count);
            fields.push(field(entries));
            rest = behind;
        }
        Self {
            name: description.vmsd_name.clone(),
            version: Some(description.version),
            extent: Extent::Seen,
            fields,
            subsections: description
                .subsections
                .iter()
                .map(Self::from_description)
                .collect(),
            opaque: Some(false),
            ..Self::default()
        }
    }

    /// An old-style handler that wrote `size` bytes.
    #[must_use]
    pub fn from_opaque(name: &str, size: u64) -> Self {
        Self {
            name: name.to_owned(),
            extent: Extent::Seen,
            fields: vec![Field {
                name: "data".to_owned(),
                count: Count::One,
                shape: Shape::Leaf {
                    type_name: "buffer".to_owned(),
                    size: Size::Seen(size),
                },
                ..Field::default()
            }],
            opaque: Some(true),
            ..Self::default()
        }
    }
}

fn field(entries: &[FieldEntry]) -> Field {
    let (nulls, real): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| is_null(entry));
    let name = real
        .first()
        .or(nulls.first())
        .map_or("", |entry| &entry.name);
    // 11.x puts a marker before every element of an array that it allocates itself, and NULLs have nothing behind them.
    let marked = entries
        .first()
        .is_some_and(|first| first.type_name == "ptr-marker")
        && entries.windows(2).all(|pair| match pair {
            [first, second] => is_null(first) || is_null(second),
            _ => true,
        })
        && nulls.len() >= real.len();
    let element = elements(&real);
    let missing = real.iter().any(|entry| entry.body == Body::Struct(None));
    let shape = if nulls.is_empty() && !missing {
        element
    } else {
        Shape::Pointer {
            marked: marked && !real.is_empty(),
            to: Box::new(element),
        }
    };
    Field {
        name: name.strip_suffix("[-1]").unwrap_or(name).to_owned(),
        count: Count::Seen(if marked {
            nulls.len() as u64
        } else {
            count(entries)
        }),
        shape,
        ..Field::default()
    }
}

/// The shape of all elements: where structs differ, what any of them had.
fn elements(entries: &[&FieldEntry]) -> Shape {
    let mut clashes = Clashes::default();
    let shapes = entries.iter().map(|entry| element(entry));
    shapes
        .reduce(|a, b| {
            if a == b {
                a
            } else {
                merge::shapes(a, b, &mut clashes)
            }
        })
        .unwrap_or_default()
}

fn element(entry: &FieldEntry) -> Shape {
    match &entry.body {
        Body::Leaf => leaf(&entry.type_name, entry.size),
        Body::Struct(None) => Shape::Unknown,
        Body::Struct(Some(inner)) => Shape::Struct(Box::new(Schema::from_description(inner))),
        Body::Inline(inner) => inline(&entry.type_name, inner),
    }
}

fn leaf(type_name: &str, size: u64) -> Shape {
    let list = ["qtailq", "qlist", "gtree"].contains(&type_name);
    if list {
        return Shape::List {
            type_name: type_name.to_owned(),
            entry: Vec::new(),
        };
    }
    let fixed = FIXED.contains(&(type_name, size));
    Shape::Leaf {
        type_name: type_name.to_owned(),
        size: if fixed {
            Size::Fixed(size)
        } else {
            Size::Seen(size)
        },
    }
}

fn inline(type_name: &str, descriptions: &[Description]) -> Shape {
    if let ("vstruct", Some(description)) = (type_name, descriptions.first()) {
        let schema = Schema {
            version: None,
            ..Schema::from_description(description)
        };
        return Shape::VStruct(Box::new(schema), description.version);
    }
    // A tree describes key and value in turn, if its key is described at all.
    let keyed = match descriptions {
        [key, value, ..] => type_name == "gtree" && key.vmsd_name != value.vmsd_name,
        _ => false,
    };
    let mut clashes = Clashes::default();
    let mut entry: Vec<Schema> = Vec::new();
    for (index, description) in descriptions.iter().enumerate() {
        let slot = if keyed { index % 2 } else { 0 };
        let schema = Schema::from_description(description);
        match entry.get_mut(slot) {
            Some(known) if *known == schema => {}
            Some(known) => *known = merge::schemas(known, &schema, &mut clashes),
            None => entry.push(schema),
        }
    }
    Shape::List {
        type_name: type_name.to_owned(),
        entry,
    }
}

/// How many elements the entries stand for. The first run of an array with NULLs may count the whole array.
fn count(entries: &[FieldEntry]) -> u64 {
    let sum = entries
        .iter()
        .map(FieldEntry::count)
        .fold(0, u64::saturating_add);
    match entries.first() {
        Some(first) if entries.iter().any(is_null) && !is_null(first) && entries.len() > 1 => {
            let others = sum.saturating_sub(first.count());
            if first.count() > others {
                first.count()
            } else {
                sum
            }
        }
        _ => sum,
    }
}

fn is_null(entry: &FieldEntry) -> bool {
    matches!(entry.type_name.as_str(), "nullptr" | "ptr-marker")
}

/// Entries of one field stand together; a NULL's stand-in is `name[-1]` where the table has the name twice.
fn same_field(first: &FieldEntry, entry: &FieldEntry) -> bool {
    let stands_in = |null: &FieldEntry, other: &FieldEntry| {
        let base = null.name.strip_suffix("[-1]").filter(|_| is_null(null));
        let rest = base.and_then(|base| other.name.strip_prefix(base));
        rest.is_some_and(|rest| rest.starts_with('['))
    };
    first.name == entry.name || stands_in(first, entry) || stands_in(entry, first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::ArrayKey;

    fn entry(name: &str, array: ArrayKey, type_name: &str, body: Body, size: u64) -> FieldEntry {
        FieldEntry {
            name: name.to_owned(),
            array,
            type_name: type_name.to_owned(),
            body,
            size,
        }
    }

    fn device(fields: Vec<FieldEntry>) -> Schema {
        Schema::from_description(&Description {
            vmsd_name: "d".to_owned(),
            version: 1,
            fields,
            subsections: Vec::new(),
        })
    }

    fn structure(field: &str) -> Body {
        Body::Struct(Some(Box::new(Description {
            vmsd_name: "s".to_owned(),
            version: 1,
            fields: vec![entry(field, ArrayKey::Single, "uint8", Body::Leaf, 1)],
            subsections: Vec::new(),
        })))
    }

    #[test]
    fn an_unfolded_array_is_one_field_that_has_what_any_element_had() {
        let schema = device(vec![
            entry("a", ArrayKey::Index(0), "struct", structure("x"), 1),
            entry("a", ArrayKey::Index(1), "struct", structure("y"), 1),
            entry("a", ArrayKey::Single, "struct", structure("x"), 1),
            entry("b", ArrayKey::Len(7), "uint16", Body::Leaf, 2),
        ]);
        assert_eq!(schema.fields.len(), 2);
        assert_eq!(schema.fields[0].count, Count::Seen(3));
        let inner = schema.fields[0].shape.described().unwrap();
        let names: Vec<_> = inner.fields.iter().map(|field| &*field.name).collect();
        assert_eq!(names, ["x", "y"]);
        assert_eq!(schema.fields[1].count, Count::Seen(7));
        assert_eq!(schema.fields[1].shape, Shape::leaf("uint16", 2));
    }

    #[test]
    fn nulls_make_an_array_of_pointers() {
        let null = |len| entry("p", ArrayKey::Len(len), "nullptr", Body::Leaf, 1);
        let schema = device(vec![
            entry("p", ArrayKey::Len(4), "uint8", Body::Leaf, 1),
            null(2),
        ]);
        let [field] = schema.fields.as_slice() else {
            panic!("one field")
        };
        assert_eq!(field.count, Count::Seen(4));
        assert!(
            matches!(&field.shape, Shape::Pointer { marked: false, to } if **to == Shape::leaf("uint8", 1))
        );
        let marker = || entry("p", ArrayKey::Single, "ptr-marker", Body::Leaf, 1);
        let value = || entry("p", ArrayKey::Single, "uint8", Body::Leaf, 1);
        let schema = device(vec![marker(), marker(), value(), marker(), value()]);
        assert_eq!(schema.fields[0].count, Count::Seen(3));
        assert!(matches!(
            &schema.fields[0].shape,
            Shape::Pointer { marked: true, .. }
        ));
    }
}
