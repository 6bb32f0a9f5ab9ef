//! What a `-dump-vmstate` knows of a table and a stream does not: the oldest version that loads, the version that each
//! field came with, predicates, and subsections that were not sent.
//!
//! Only names and versions are taken: sizes in a dump are those of the C structs.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::layout::{Item, Layout};
use super::names::stem;

/// Tables by the name of their VMStateDescription.
#[derive(Debug, Default)]
pub struct Facts {
    tables: HashMap<String, Vec<Table>>,
}

#[derive(Debug)]
struct Table {
    version: u32,
    minimum_version: u32,
    fields: Vec<Known>,
    subsections: Vec<String>,
}

#[derive(Debug)]
struct Known {
    name: String,
    since: u32,
    conditional: bool,
}

impl Facts {
    /// Adds the tables of a dump.
    ///
    /// # Errors
    /// If it is not one.
    pub fn add_dump(&mut self, text: &[u8]) -> Result<(), String> {
        let dump: Json = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let devices = dump.as_object().ok_or("a dump is an object of devices")?;
        for (name, device) in devices.iter().filter(|(name, _)| *name != "vmschkmachine") {
            let table = device
                .get("Description")
                .ok_or_else(|| format!("`{name}` has no description"))?;
            self.add(table);
        }
        Ok(())
    }

    /// Tells `layout` what is known of its tables. A table of another version, or without a field that was sent, is
    /// another table.
    pub fn apply(&self, layout: &mut Layout) {
        if let Some(table) = self.table(layout) {
            layout.minimum_version = Some(table.minimum_version);
            for field in &mut layout.fields {
                let known = table
                    .fields
                    .iter()
                    .find(|known| known.name == stem(&field.name));
                if let Some(known) = known {
                    field.since = known.since;
                    field.conditional = known.conditional;
                }
            }
            let unsent = table.subsections.iter();
            let unsent = unsent.filter(|name| !layout.subsections.iter().any(|s| s.name == **name));
            layout.unsent = unsent.cloned().collect();
        }
        for field in &mut layout.fields {
            match &mut field.item {
                Item::Struct(inner) | Item::VStruct(inner) | Item::Tmp(inner) => self.apply(inner),
                Item::List { element, .. } => {
                    element.iter_mut().for_each(|inner| self.apply(inner))
                }
                Item::Tree { key, value } => {
                    key.iter_mut()
                        .chain(value)
                        .for_each(|inner| self.apply(inner));
                }
                Item::Leaf { .. } | Item::Null | Item::Undescribed { .. } => {}
            }
        }
        layout
            .subsections
            .iter_mut()
            .for_each(|inner| self.apply(inner));
    }

    fn add(&mut self, json: &Json) {
        let text = |json: &Json, key| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let list = |key| {
            json.get(key)
                .and_then(Json::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        let (fields, subsections) = (list("Fields"), list("Subsections"));
        for inner in fields.iter().filter_map(|field| field.get("Description")) {
            self.add(inner);
        }
        subsections
            .iter()
            .for_each(|subsection| self.add(subsection));
        let known = |field: &Json| {
            Some(Known {
                name: text(field, "field")?,
                since: number(field, "version_id"),
                conditional: field
                    .get("field_exists")
                    .and_then(Json::as_bool)
                    .unwrap_or(false),
            })
        };
        let Some(name) = text(json, "vmsd_name").or_else(|| text(json, "name")) else {
            return;
        };
        self.tables.entry(name).or_default().push(Table {
            version: number(json, "version_id"),
            minimum_version: number(json, "minimum_version_id"),
            fields: fields.iter().filter_map(known).collect(),
            subsections: subsections
                .iter()
                .filter_map(|s| text(s, "vmsd_name").or_else(|| text(s, "name")))
                .collect(),
        });
    }

    fn table(&self, layout: &Layout) -> Option<&Table> {
        let tables = self.tables.get(&layout.name)?;
        tables.iter().find(|table| {
            let has = |name: &str| {
                table
                    .fields
                    .iter()
                    .any(|known| known.name == stem(name) || known.name == name)
            };
            table.version == layout.version && layout.fields.iter().all(|field| has(&field.name))
        })
    }
}

fn number(json: &Json, key: &str) -> u32 {
    let number = json.get(key).and_then(Json::as_u64).unwrap_or(0);
    u32::try_from(number).unwrap_or(0)
}
