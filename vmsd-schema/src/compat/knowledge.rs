//! What is known of the target's tables beside what its own sources show: by the name of a description, from dumps and mirrors.

use std::collections::HashMap;

use crate::schema::{Count, Extent, Field, Schema, SchemaSet, Shape};

/// Who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A source of the target's QEMU version: it says what is there and what is not.
    Version,
    /// The built-in mirrors: they say what may be there.
    Mirrors,
}

/// Tables by the name of their description. A description that stands inside another is found too.
#[derive(Debug, Default)]
pub struct Knowledge<'k> {
    tables: HashMap<&'k str, Vec<(Origin, &'k Schema)>>,
}

/// What is known of a subsection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Told {
    /// The target has it.
    Has,
    /// The target has not.
    HasNot,
    /// Nobody says.
    Unknown,
}

impl<'k> Knowledge<'k> {
    /// Takes in all tables of a source.
    pub fn add(&mut self, set: &'k SchemaSet, origin: Origin) {
        for device in &set.devices {
            self.table(&device.schema, origin);
        }
    }

    fn table(&mut self, schema: &'k Schema, origin: Origin) {
        self.tables
            .entry(&schema.name)
            .or_default()
            .push((origin, schema));
        for field in &schema.fields {
            self.shape(&field.shape, origin);
        }
        for subsection in &schema.subsections {
            self.table(subsection, origin);
        }
    }

    fn shape(&mut self, shape: &'k Shape, origin: Origin) {
        match shape {
            Shape::Struct(inner) | Shape::VStruct(inner, _) | Shape::Nested(inner) => {
                self.table(inner, origin)
            }
            Shape::List { entry, .. } => entry.iter().for_each(|inner| self.table(inner, origin)),
            Shape::Pointer { to, .. } => self.shape(to, origin),
            _ => {}
        }
    }

    fn of(&self, name: &str) -> impl Iterator<Item = (Origin, &'k Schema)> + '_ {
        self.tables.get(name).into_iter().flatten().copied()
    }

    /// The tables of that name.
    pub(super) fn tables_named(&self, name: &str) -> impl Iterator<Item = &'k Schema> + '_ {
        self.of(name).map(|(_, schema)| schema)
    }

    /// The subsection `name` of `parent`.
    pub(super) fn subsection_table(&self, parent: &str, name: &str) -> Option<&'k Schema> {
        let all = self.of(parent).flat_map(|(_, table)| &table.subsections);
        all.into_iter().find(|subsection| subsection.name == name)
    }

    /// Whether `parent` has a subsection `name`. A source of the target's version has the last word.
    pub(crate) fn subsection(&self, parent: &str, name: &str) -> Told {
        let found = |origin| {
            let tables = self.of(parent).filter(move |(by, _)| *by == origin);
            tables
                .flat_map(|(_, table)| &table.subsections)
                .find(|subsection| subsection.name == name)
        };
        if found(Origin::Version).is_some() {
            return Told::Has;
        }
        if self.of(parent).any(|(by, _)| by == Origin::Version) {
            return Told::HasNot;
        }
        match found(Origin::Mirrors) {
            Some(_) => Told::Has,
            None => Told::Unknown,
        }
    }

    /// The tables of that name of which all fields are known; of sources of the target's version first.
    pub(crate) fn whole(&self, name: &str) -> impl Iterator<Item = &'k Schema> + '_ {
        let by = |wanted| self.of(name).filter(move |(origin, _)| *origin == wanted);
        let all = by(Origin::Version).chain(by(Origin::Mirrors));
        all.map(|(_, table)| table)
            .filter(|table| table.extent == Extent::Whole)
    }

    /// The field that holds how many elements `field` of the table `name` has, and how many there are for each.
    pub(crate) fn counted(&self, name: &str, field: &str) -> Option<(&'k Field, u64)> {
        self.tables_named(name).find_map(|table| {
            let fields = table.fields.iter();
            let mut named = fields.filter(|other| other.is_called(field));
            named.find_map(|counted| match (&counted.count, &counted.shape) {
                (Count::Field { .. }, Shape::Leaf { type_name, .. }) if type_name == "buffer" => {
                    None
                }
                (Count::Field { name: by, times }, _) => {
                    let by = table.fields.iter().find(|other| other.name == *by)?;
                    Some((by, *times))
                }
                _ => None,
            })
        })
    }

    /// The oldest version of the description `name` that loads, by the source that knows best.
    pub(crate) fn minimum(&self, name: &str) -> Option<u32> {
        self.of(name)
            .filter_map(|(origin, schema)| Some((origin, schema.minimum_version?)))
            .min()
            .map(|(_, minimum)| minimum)
    }

    /// The newest version of the description `name` that loads, by the source that knows best.
    pub(crate) fn version(&self, name: &str) -> Option<u32> {
        self.of(name)
            .filter_map(|(origin, schema)| Some((origin, schema.version?)))
            .min_by_key(|(origin, version)| (*origin, std::cmp::Reverse(*version)))
            .map(|(_, version)| version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Device, Presence, Size};

    fn table(name: &str, version: u32, subsections: &[&str]) -> Schema {
        let subsections = subsections.iter();
        Schema {
            name: name.to_owned(),
            version: Some(version),
            minimum_version: Some(version - 1),
            subsections: subsections.map(|name| table(name, 1, &[])).collect(),
            ..Schema::default()
        }
    }

    fn set(schemas: Vec<Schema>) -> SchemaSet {
        let device = |schema| Device {
            schema,
            ..Device::default()
        };
        SchemaSet {
            devices: schemas.into_iter().map(device).collect(),
            ..SchemaSet::default()
        }
    }

    fn field(name: &str, shape: Shape) -> Field {
        Field {
            name: name.to_owned(),
            presence: Presence::Since(0),
            count: Count::One,
            shape,
            ..Field::default()
        }
    }

    #[test]
    fn the_targets_own_version_has_the_last_word_on_subsections() {
        let version = set(vec![table("dev", 3, &["dev/a"])]);
        let mirrors = set(vec![
            table("dev", 5, &["dev/a", "dev/b"]),
            table("old", 2, &["old/a"]),
        ]);
        let mut known = Knowledge::default();
        known.add(&version, Origin::Version);
        known.add(&mirrors, Origin::Mirrors);
        let told = |parent, name| match known.subsection(parent, name) {
            Told::Has => "has",
            Told::HasNot => "has not",
            Told::Unknown => "unknown",
        };
        assert_eq!(told("dev", "dev/a"), "has");
        assert_eq!(told("dev", "dev/b"), "has not");
        assert_eq!(told("old", "old/a"), "has");
        assert_eq!(told("old", "old/b"), "unknown");
        assert_eq!(told("none", "none/a"), "unknown");
        let found = known.subsection_table("dev", "dev/b");
        assert_eq!(found.map(|table| table.version), Some(Some(1)));
        assert!(known.subsection_table("dev", "old/a").is_none());
    }

    #[test]
    fn versions_are_those_of_the_source_that_knows_best_and_there_the_widest() {
        let versions = set(vec![table("dev", 3, &[]), table("dev", 4, &[])]);
        let mirrors = set(vec![table("dev", 9, &[]), table("old", 2, &[])]);
        let mut known = Knowledge::default();
        known.add(&mirrors, Origin::Mirrors);
        known.add(&versions, Origin::Version);
        assert_eq!(known.version("dev"), Some(4));
        assert_eq!(known.minimum("dev"), Some(2));
        assert_eq!(known.version("old"), Some(2));
        assert_eq!(known.minimum("old"), Some(1));
        assert_eq!(known.version("none"), None);
        assert_eq!(known.minimum("none"), None);
    }

    #[test]
    fn tables_inside_others_are_known_too() {
        let inner = |name| Box::new(table(name, 1, &[]));
        let mut outer = table("outer", 1, &[]);
        outer.fields = vec![
            field("a", Shape::Struct(inner("in struct"))),
            field("b", Shape::VStruct(inner("at a version"), 1)),
            field("c", Shape::Nested(inner("nested"))),
            field(
                "d",
                Shape::List {
                    type_name: "gtree".to_owned(),
                    entry: vec![*inner("key"), *inner("value")],
                },
            ),
            field(
                "e",
                Shape::Pointer {
                    marked: true,
                    to: Box::new(Shape::Struct(inner("pointed to"))),
                },
            ),
        ];
        let set = set(vec![outer]);
        let mut known = Knowledge::default();
        known.add(&set, Origin::Mirrors);
        for name in [
            "in struct",
            "at a version",
            "nested",
            "key",
            "value",
            "pointed to",
        ] {
            assert_eq!(known.tables_named(name).count(), 1, "{name}");
        }
        assert_eq!(known.tables_named("none").count(), 0);
    }

    #[test]
    fn whole_tables_of_the_targets_version_come_first() {
        let with = |version, extent| Schema {
            extent,
            ..table("dev", version, &[])
        };
        let mirrors = set(vec![with(1, Extent::Whole)]);
        let versions = set(vec![with(2, Extent::Seen), with(3, Extent::Whole)]);
        let mut known = Knowledge::default();
        known.add(&mirrors, Origin::Mirrors);
        known.add(&versions, Origin::Version);
        let whole: Vec<_> = known
            .whole("dev")
            .filter_map(|table| table.version)
            .collect();
        assert_eq!(whole, [3, 1]);
    }

    #[test]
    fn a_field_tells_the_elements_of_another_but_not_the_bytes_of_a_buffer() {
        let counted = |name: &str, type_name: &str| Field {
            count: Count::Field {
                name: "n".to_owned(),
                times: 2,
            },
            ..field(
                name,
                Shape::Leaf {
                    type_name: type_name.to_owned(),
                    size: Size::Fixed(1),
                },
            )
        };
        let mut dev = table("dev", 1, &[]);
        dev.fields = vec![
            field("n", Shape::leaf("uint32", 4)),
            counted("items", "uint8"),
            counted("data", "buffer"),
        ];
        let set = set(vec![dev]);
        let mut known = Knowledge::default();
        known.add(&set, Origin::Version);
        let by = known.counted("dev", "items");
        assert_eq!(
            by.map(|(by, times)| (by.name.as_str(), times)),
            Some(("n", 2))
        );
        assert!(known.counted("dev", "data").is_none());
        assert!(known.counted("dev", "n").is_none());
        assert!(known.counted("other", "items").is_none());
    }
}
