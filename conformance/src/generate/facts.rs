//! What other sources know of a table and a stream does not: the oldest version that loads, the version that each field
//! came with, predicates, and subsections that were not sent.
//!
//! They and the stream's description meet in one [`Schema`]. A table that contradicts the stream is another table.

use vmsd_schema::schema::{Presence, Schema, SchemaSet};

use super::layout::{Item, Layout, LayoutField};
use super::names::stem;

/// Schemas that no stream sent: of dumps and schema files.
#[derive(Debug, Default)]
pub struct Facts {
    sets: Vec<SchemaSet>,
}

impl Facts {
    /// Adds what a source knows.
    pub fn add(&mut self, set: SchemaSet) {
        self.sets.push(set);
    }

    /// Tells `layout` what is known of it. `seen` is what streams show of the same table.
    pub fn apply(&self, seen: &Schema, layout: &mut Layout) {
        let mut schema = seen.clone();
        for set in &self.sets {
            let mut merged = set
                .named(&seen.name)
                .map(|device| schema.merged(&device.schema));
            if let Some((merged, _)) = merged.find(|(_, clashes)| clashes.is_empty()) {
                schema = merged;
            }
        }
        tell(&schema, layout);
    }
}

fn tell(schema: &Schema, layout: &mut Layout) {
    if schema.name != layout.name || schema.version != Some(layout.version) {
        return;
    }
    layout.minimum_version = schema.minimum_version;
    for field in &mut layout.fields {
        tell_field(schema, field);
    }
    for subsection in &mut layout.subsections {
        let known = schema.subsections.iter();
        if let Some(known) = known.clone().find(|known| known.name == subsection.name) {
            tell(known, subsection);
        }
    }
    let unsent = schema.subsections.iter().map(|known| known.name.clone());
    let sent = |name: &String| layout.subsections.iter().any(|s| s.name == *name);
    layout.unsent = unsent.filter(|name| !sent(name)).collect();
}

fn tell_field(schema: &Schema, field: &mut LayoutField) {
    let named = |name: &str| schema.fields.iter().find(|known| known.is_called(name));
    let Some(known) = named(&field.name).or_else(|| named(stem(&field.name))) else {
        return;
    };
    match known.presence {
        Presence::Since(version) => field.since = version,
        Presence::Conditional => field.conditional = true,
        Presence::Unknown => {}
    }
    let tables = known.shape.tables();
    let Some(last) = tables.last() else { return };
    match &mut field.item {
        Item::Struct(inner) | Item::VStruct(inner) | Item::Tmp(inner) => tell(last, inner),
        Item::List { element, .. } => {
            element.iter_mut().for_each(|inner| tell(last, inner));
        }
        Item::Tree { key, value } => {
            value.iter_mut().for_each(|inner| tell(last, inner));
            if let ([first, _], Some(inner)) = (tables, key) {
                tell(first, inner);
            }
        }
        Item::Leaf { .. } | Item::Null | Item::Undescribed { .. } => {}
    }
}
