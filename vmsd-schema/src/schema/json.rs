//! Our own JSON of schemas: everything that any source knows, and nothing where a fact is unknown. `docs/schema.md`
//! describes it.

mod reader;
mod writer;

use super::tree::Tree;
use super::{dump, SchemaSet};
use crate::error::Result;

/// The key that names the format, and its version.
const FORMAT: &str = "vmsd_schema";
const VERSION: u64 = 1;

impl SchemaSet {
    /// Reads a schema file: our own JSON, or a `-dump-vmstate`.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Description`] if it is neither, [`crate::ErrorKind::Version`] if it is of a later version of
    /// ours, [`crate::ErrorKind::Limit`] above a bound.
    pub fn from_json(text: &[u8]) -> Result<Self> {
        let tree = Tree::read(text).map_err(|error| error.cite("10.3"))?;
        if tree.get(FORMAT).is_none() && tree.get(dump::MACHINE_KEY).is_some() {
            return dump::read(&tree).map_err(|error| error.cite("10.1"));
        }
        reader::set(&tree).map_err(|error| error.cite("10.3"))
    }

    /// The set in our own JSON: one line a field, the same text for the same set.
    #[must_use]
    pub fn to_json(&self) -> String {
        writer::set(self).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{
        Constraint, Count, Coverage, Device, Extent, Field, Host, Instance, Presence, Priority,
        RamBlock, Schema, SectionId, Shape, Size,
    };
    use crate::ErrorKind;

    fn inner(name: &str) -> Schema {
        Schema {
            name: name.to_owned(),
            ..Schema::default()
        }
    }

    /// Every fact that the model has, at least once.
    fn everything() -> SchemaSet {
        let shapes = [
            Shape::leaf("uint8", 1),
            Shape::sized_by_value("buffer"),
            Shape::Leaf {
                type_name: "virtio".to_owned(),
                size: Size::Seen(98),
            },
            Shape::Leaf {
                type_name: "odd".to_owned(),
                size: Size::Unknown,
            },
            Shape::Struct(Box::new(inner("s"))),
            Shape::VStruct(Box::new(inner("v")), 3),
            Shape::List {
                type_name: "gtree".to_owned(),
                entry: vec![inner("k"), inner("v")],
            },
            Shape::List {
                type_name: "qlist".to_owned(),
                entry: Vec::new(),
            },
            Shape::Nested(Box::new(inner("n"))),
            Shape::Pointer {
                marked: true,
                to: Box::new(Shape::Struct(Box::new(inner("p")))),
            },
            Shape::Pointer {
                marked: false,
                to: Box::new(Shape::Unknown),
            },
            Shape::Unknown,
        ];
        let counts = [
            Count::One,
            Count::Fixed(16),
            Count::Field {
                name: "n".to_owned(),
                times: 4,
            },
            Count::Seen(2),
            Count::Unknown,
        ];
        let presences = [
            Presence::Since(0),
            Presence::Since(3),
            Presence::Conditional,
            Presence::Unknown,
        ];
        let fields = shapes.into_iter().enumerate().map(|(index, shape)| Field {
            name: format!("f{index}"),
            aliases: if index == 1 {
                vec!["old".to_owned()]
            } else {
                Vec::new()
            },
            presence: presences[index % presences.len()],
            count: counts[index % counts.len()].clone(),
            shape,
            range: (index == 2).then(|| "0..8".to_owned()),
            constraints: match index {
                3 => vec![
                    Constraint::Max("16".to_owned()),
                    Constraint::Validate("Self::ok".to_owned()),
                ],
                _ => Vec::new(),
            },
            host: (index == 4).then_some(Host {
                version_id: 2,
                num: Some(4),
                size: 48,
            }),
        });
        let schema = Schema {
            name: "every\"thing".to_owned(),
            version: Some(3),
            minimum_version: Some(1),
            fields: fields.collect(),
            subsections: vec![inner("every\"thing/sub")],
            extent: Extent::Whole,
            priority: Some(Priority::GicV3Its),
            early_setup: Some(true),
            unmigratable: Some(false),
            opaque: Some(false),
        };
        SchemaSet {
            qemu: Some("10.0".to_owned()),
            machine: Some("pc".to_owned()),
            coverage: Coverage {
                types: true,
                sections: true,
            },
            devices: vec![
                Device {
                    type_name: Some("t".to_owned()),
                    section: Some(SectionId {
                        idstr: "0/s".to_owned(),
                        instance_id: u32::MAX,
                    }),
                    schema,
                },
                Device::default(),
            ],
            instance: Some(Instance {
                page_size: Some(4096),
                ram_blocks: vec![RamBlock {
                    name: "pc.ram".to_owned(),
                    used_len: 1 << 40,
                }],
                capabilities: Some(vec!["x-ignore-shared".to_owned()]),
                uuid: Some("00".to_owned()),
            }),
        }
    }

    #[test]
    fn every_fact_comes_back() {
        let set = everything();
        let json = set.to_json();
        assert_eq!(
            SchemaSet::from_json(json.as_bytes()).unwrap(),
            set,
            "{json}"
        );
        assert_eq!(
            SchemaSet::from_json(json.as_bytes()).unwrap().to_json(),
            json
        );
        assert_eq!(
            SchemaSet::from_json(SchemaSet::default().to_json().as_bytes()).unwrap(),
            SchemaSet::default()
        );
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let error = |text: &str| SchemaSet::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(error("{\"vmsd_schema\": 2}").kind(), ErrorKind::Version);
        assert_eq!(error("{}").kind(), ErrorKind::Description);
        assert_eq!(error("[]").kind(), ErrorKind::Description);
        let field = error("{\"vmsd_schema\": 1, \"devices\": [{\"name\": \"d\", \"fields\": [{\"name\": \"f\", \"count\": -1}]}]}");
        assert_eq!(field.path(), "d > f");
        let shape = error("{\"vmsd_schema\": 1, \"devices\": [{\"name\": \"d\", \"fields\": [{\"name\": \"f\", \"type\": 1}]}]}");
        assert_eq!(shape.message(), "`type` is not a text");
    }
}
