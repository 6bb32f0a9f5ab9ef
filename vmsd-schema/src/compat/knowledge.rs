//! What is known of the target's tables beside what its own sources show: by the name of a description, from dumps and mirrors.

use std::collections::HashMap;

use crate::schema::{Presence, Schema, SchemaSet, Shape};

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

    /// From which version on the description `name` has the field, by the source that knows best.
    pub(crate) fn since(&self, name: &str, field: &str) -> Option<u32> {
        let told = self.of(name).filter_map(|(origin, schema)| {
            let mut fields = schema.fields.iter();
            match fields.find(|known| known.is_called(field))?.presence {
                Presence::Since(since) => Some((origin, since)),
                _ => None,
            }
        });
        told.min().map(|(_, since)| since)
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
