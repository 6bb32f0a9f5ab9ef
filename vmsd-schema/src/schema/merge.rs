//! Several sources of one schema, put together: each tells what the others cannot know.
//!
//! What two sources contradict each other in is reported as a [`Clash`] and taken from the first.

use std::fmt;

use super::sequence::{align, Step};
use super::{Count, Device, Extent, Field, Presence, Schema, SchemaSet, Shape, Size};

/// A contradiction between two sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The way to what both speak of, outermost first.
    pub path: String,
    /// What they say.
    pub message: String,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Contradictions, and where the merge stands.
#[derive(Debug, Default)]
pub(super) struct Clashes {
    path: Vec<String>,
    found: Vec<Clash>,
}

impl Clashes {
    fn add(&mut self, message: String) {
        self.found.push(Clash {
            path: self.path.join(" > "),
            message,
        });
    }

    fn inside<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let result = work(self);
        self.path.pop();
        result
    }

    /// What both know, or the one that knows.
    fn fact<T: Clone + PartialEq + fmt::Debug>(
        &mut self,
        what: &str,
        a: Option<&T>,
        b: Option<&T>,
    ) -> Option<T> {
        if let (Some(a), Some(b)) = (a, b) {
            if a != b {
                self.add(format!(
                    "{what} is {a:?} in one source and {b:?} in another"
                ));
            }
        }
        a.or(b).cloned()
    }
}

impl Schema {
    /// This table and what `other` knows of it; with contradictions.
    #[must_use]
    pub fn merged(&self, other: &Self) -> (Self, Vec<Clash>) {
        let mut clashes = Clashes::default();
        let merged = clashes.inside(&self.name, |clashes| schemas(self, other, clashes));
        (merged, clashes.found)
    }
}

impl SchemaSet {
    /// This set and what `other` knows of the same machine; with contradictions.
    ///
    /// A section meets the device types of its description's name, and takes the one that contradicts it least.
    #[must_use]
    pub fn merged(&self, other: &Self) -> (Self, Vec<Clash>) {
        let mut clashes = Clashes::default();
        let mut merged = Self {
            qemu: clashes.fact("the QEMU version", self.qemu.as_ref(), other.qemu.as_ref()),
            machine: clashes.fact(
                "the machine type",
                self.machine.as_ref(),
                other.machine.as_ref(),
            ),
            coverage: super::Coverage {
                types: self.coverage.types || other.coverage.types,
                sections: self.coverage.sections || other.coverage.sections,
            },
            instance: self.instance.clone().or_else(|| other.instance.clone()),
            devices: Vec::new(),
        };
        let mut used = vec![false; other.devices.len()];
        for device in &self.devices {
            merged
                .devices
                .push(partner(device, other, &mut used, &mut clashes));
        }
        let left = other.devices.iter().zip(&used).filter(|(_, used)| !**used);
        for (device, _) in left {
            let device = partner(
                device,
                self,
                &mut vec![false; self.devices.len()],
                &mut clashes,
            );
            merged.devices.push(device);
        }
        (merged, clashes.found)
    }
}

/// `device` with what the best of `others` knows of it.
fn partner(
    device: &Device,
    others: &SchemaSet,
    used: &mut [bool],
    clashes: &mut Clashes,
) -> Device {
    let exact = |other: &&Device| {
        (device.section.is_some() && device.section == other.section)
            || (device.section.is_none()
                && other.section.is_none()
                && device.type_name.is_some()
                && device.type_name == other.type_name)
    };
    let same_name = |other: &&Device| {
        other.schema.name == device.schema.name
            && (device.section.is_none() || other.section.is_none())
            && (device.type_name.is_none() || other.type_name.is_none())
    };
    let candidates: Vec<_> = match others
        .devices
        .iter()
        .enumerate()
        .find(|(_, other)| exact(other))
    {
        Some(found) => vec![found],
        None => others
            .devices
            .iter()
            .enumerate()
            .filter(|(_, other)| same_name(other))
            .collect(),
    };
    let mut best: Option<(usize, Schema, Vec<Clash>)> = None;
    for (index, other) in &candidates {
        let mut own = Clashes::default();
        let schema = own.inside(&device.label(), |own| {
            schemas(&device.schema, &other.schema, own)
        });
        if best
            .as_ref()
            .is_none_or(|(_, _, clashes)| own.found.len() < clashes.len())
        {
            best = Some((*index, schema, own.found));
        }
    }
    let Some((index, schema, found)) = best else {
        return device.clone();
    };
    clashes.found.extend(found);
    let other = others.devices.get(index);
    // A type without a section stands for every guest and stays in the list; so does a section's own entry.
    let both_types = |other: &Device| other.section.is_some() == device.section.is_some();
    if let (Some(slot), Some(true)) = (used.get_mut(index), other.map(both_types)) {
        *slot = true;
    }
    let alone = candidates.len() == 1 && device.section.is_some();
    let other_type = other
        .and_then(|other| other.type_name.clone())
        .filter(|_| alone);
    Device {
        type_name: device.type_name.clone().or(other_type),
        section: device.section.clone(),
        schema,
    }
}

/// Both tables as one.
pub(super) fn schemas(a: &Schema, b: &Schema, clashes: &mut Clashes) -> Schema {
    if a == b {
        return a.clone();
    }
    let name = if a.name.is_empty() { &b.name } else { &a.name };
    if a.name != b.name && !a.name.is_empty() && !b.name.is_empty() {
        clashes.add(format!(
            "the description is `{}` in one source and `{}` in another",
            a.name, b.name
        ));
        return a.clone();
    }
    Schema {
        name: name.clone(),
        version: clashes.fact("version", a.version.as_ref(), b.version.as_ref()),
        minimum_version: clashes.fact(
            "the minimum version",
            a.minimum_version.as_ref(),
            b.minimum_version.as_ref(),
        ),
        fields: lists(a, b, clashes),
        subsections: subsections(a, b, clashes),
        extent: a.extent.max(b.extent),
        priority: clashes.fact("priority", a.priority.as_ref(), b.priority.as_ref()),
        early_setup: clashes.fact(
            "`early_setup`",
            a.early_setup.as_ref(),
            b.early_setup.as_ref(),
        ),
        unmigratable: clashes.fact(
            "`unmigratable`",
            a.unmigratable.as_ref(),
            b.unmigratable.as_ref(),
        ),
        opaque: clashes.fact(
            "being without a description",
            a.opaque.as_ref(),
            b.opaque.as_ref(),
        ),
    }
}

fn lists(a: &Schema, b: &Schema, clashes: &mut Clashes) -> Vec<Field> {
    let (a_names, b_names) = (json_names(a), json_names(b));
    let left: Vec<_> = a.fields.iter().zip(&a_names).collect();
    let right: Vec<_> = b.fields.iter().zip(&b_names).collect();
    let steps = align(&left, &right, |(a, a_name), (b, b_name)| {
        a_name == b_name || a.is_called(&b.name) || b.is_called(&a.name)
    });
    let mut fields = Vec::new();
    for step in steps {
        match step {
            Step::Both(x, y) => {
                if let (Some(x), Some(y)) = (a.fields.get(x), b.fields.get(y)) {
                    fields.push(clashes.inside(&x.name, |clashes| pair(x, y, a, b, clashes)));
                }
            }
            Step::Left(x) => fields.extend(a.fields.get(x).map(|field| alone(field, b, clashes))),
            Step::Right(y) => fields.extend(b.fields.get(y).map(|field| alone(field, a, clashes))),
        }
    }
    fields
}

/// The names as a stream's JSON shows them: with `[k]` where a whole table has one twice.
fn json_names(schema: &Schema) -> Vec<String> {
    let twice = |name: &str| {
        schema
            .fields
            .iter()
            .filter(|field| field.name == name)
            .count()
            > 1
    };
    let mut seen: Vec<&str> = Vec::new();
    let mut names = Vec::new();
    for field in &schema.fields {
        if schema.extent == Extent::Whole && twice(&field.name) {
            let k = seen.iter().filter(|name| **name == field.name).count();
            names.push(format!("{}[{k}]", field.name));
            seen.push(&field.name);
        } else {
            names.push(field.name.clone());
        }
    }
    names
}

fn alone(field: &Field, other: &Schema, clashes: &mut Clashes) -> Field {
    if other.extent == Extent::Whole {
        clashes.add(format!(
            "field `{}` is not in the table that another source has",
            field.name
        ));
    }
    field.clone()
}

fn pair(a: &Field, b: &Field, a_table: &Schema, b_table: &Schema, clashes: &mut Clashes) -> Field {
    // The table's own name wins over a stream's with its `[k]`.
    let (named, other) = match (a_table.extent, b_table.extent) {
        (Extent::Whole, _) | (_, Extent::Seen | Extent::Unknown) => (a, b),
        _ => (b, a),
    };
    let mut aliases = named.aliases.clone();
    let names = other.aliases.iter().chain([&other.name]);
    aliases.extend(names.filter(|name| !named.is_called(name)).cloned());
    Field {
        name: named.name.clone(),
        aliases,
        presence: presence(a.presence, b.presence, clashes),
        count: count(&a.count, &b.count, clashes),
        shape: shapes(a.shape.clone(), b.shape.clone(), clashes),
        range: a.range.clone().or_else(|| b.range.clone()),
        constraints: if a.constraints.is_empty() {
            b.constraints.clone()
        } else {
            a.constraints.clone()
        },
        host: a.host.or(b.host),
    }
}

fn presence(a: Presence, b: Presence, clashes: &mut Clashes) -> Presence {
    match (a, b) {
        (Presence::Unknown, known) | (known, Presence::Unknown) => known,
        _ if a == b => a,
        _ => {
            clashes.add(format!("it is {a} in one source and {b} in another"));
            a
        }
    }
}

fn count(a: &Count, b: &Count, clashes: &mut Clashes) -> Count {
    match (a, b) {
        (Count::Unknown, known) | (known, Count::Unknown) => known.clone(),
        (Count::Seen(x), Count::Seen(y)) => Count::Seen(*x.max(y)),
        (by @ Count::Field { .. }, Count::Seen(_)) | (Count::Seen(_), by @ Count::Field { .. }) => {
            by.clone()
        }
        (Count::One, Count::Fixed(1) | Count::Seen(1))
        | (Count::Fixed(1) | Count::Seen(1), Count::One) => Count::One,
        (Count::Fixed(n), Count::Seen(m)) | (Count::Seen(m), Count::Fixed(n)) if n == m => {
            Count::Fixed(*n)
        }
        // A leaf that takes the whole array in one, as `buffer` does.
        (Count::Fixed(n), Count::One | Count::Seen(1))
        | (Count::One | Count::Seen(1), Count::Fixed(n)) => Count::Fixed(*n),
        _ if a == b => a.clone(),
        _ => {
            clashes.add(format!("it has {a} in one source and {b} in another"));
            a.clone()
        }
    }
}

/// Both shapes as one.
pub(super) fn shapes(a: Shape, b: Shape, clashes: &mut Clashes) -> Shape {
    match (a, b) {
        (Shape::Unknown, known) | (known, Shape::Unknown) => known,
        (
            Shape::Pointer { marked, to },
            Shape::Pointer {
                marked: other,
                to: b,
            },
        ) => Shape::Pointer {
            marked: marked || other,
            to: Box::new(shapes(*to, *b, clashes)),
        },
        (Shape::Pointer { marked, to }, other) | (other, Shape::Pointer { marked, to }) => {
            Shape::Pointer {
                marked,
                to: Box::new(shapes(*to, other, clashes)),
            }
        }
        (
            Shape::Leaf { type_name, size },
            Shape::Leaf {
                type_name: other,
                size: b,
            },
        ) => {
            if type_name != other {
                clashes.add(format!(
                    "it is `{type_name}` in one source and `{other}` in another"
                ));
            }
            let size = sizes(size, b, clashes);
            Shape::Leaf { type_name, size }
        }
        (Shape::Nested(a), Shape::Nested(b)) => Shape::Nested(Box::new(schemas(&a, &b, clashes))),
        (Shape::Struct(a), Shape::Struct(b) | Shape::Nested(b))
        | (Shape::Nested(a), Shape::Struct(b)) => Shape::Struct(Box::new(schemas(&a, &b, clashes))),
        (Shape::VStruct(a, pinned), Shape::VStruct(b, other)) => {
            if pinned != other {
                clashes.add(format!(
                    "its version is pinned to {pinned} in one source and to {other} in another"
                ));
            }
            Shape::VStruct(Box::new(schemas(&a, &b, clashes)), pinned)
        }
        (Shape::VStruct(a, pinned), Shape::Nested(b))
        | (Shape::Nested(b), Shape::VStruct(a, pinned)) => {
            Shape::VStruct(Box::new(schemas(&a, &b, clashes)), pinned)
        }
        (Shape::List { type_name, entry }, Shape::List { entry: other, .. }) => Shape::List {
            type_name,
            entry: entries(entry, other, clashes),
        },
        (
            Shape::List {
                type_name,
                mut entry,
            },
            Shape::Nested(other),
        )
        | (
            Shape::Nested(other),
            Shape::List {
                type_name,
                mut entry,
            },
        ) => {
            match entry.last_mut() {
                Some(value) => *value = schemas(value, &other, clashes),
                None => entry.push(*other),
            }
            Shape::List { type_name, entry }
        }
        (a, b) => {
            clashes.add(format!("it is {a} in one source and {b} in another"));
            a
        }
    }
}

fn entries(a: Vec<Schema>, b: Vec<Schema>, clashes: &mut Clashes) -> Vec<Schema> {
    if a.len() != b.len() {
        return if a.len() > b.len() { a } else { b };
    }
    a.iter()
        .zip(&b)
        .map(|(a, b)| schemas(a, b, clashes))
        .collect()
}

fn sizes(a: Size, b: Size, clashes: &mut Clashes) -> Size {
    match (a, b) {
        (Size::Unknown, known) | (known, Size::Unknown) => known,
        (Size::ByValue, _) | (_, Size::ByValue) => Size::ByValue,
        (Size::Fixed(x) | Size::Seen(x), Size::Fixed(y) | Size::Seen(y)) if x == y => {
            if matches!(a, Size::Fixed(_)) {
                a
            } else {
                b
            }
        }
        (Size::Seen(_), Size::Seen(_)) => Size::ByValue,
        (Size::Fixed(x) | Size::Seen(x), Size::Fixed(y) | Size::Seen(y)) => {
            clashes.add(format!(
                "it takes {x} bytes in one source and {y} in another"
            ));
            a
        }
    }
}

/// By name: QEMU's look-ahead finds them in any order, and writes them in the table's.
fn subsections(a: &Schema, b: &Schema, clashes: &mut Clashes) -> Vec<Schema> {
    let steps = align(&a.subsections, &b.subsections, |a, b| a.name == b.name);
    let mut merged: Vec<Schema> = Vec::new();
    for step in steps {
        let (schema, other) = match step {
            Step::Both(x, y) => match (a.subsections.get(x), b.subsections.get(y)) {
                (Some(x), Some(y)) => (schemas_inside(x, y, clashes), None),
                _ => continue,
            },
            Step::Left(x) => match a.subsections.get(x) {
                Some(schema) => (schema.clone(), Some(b)),
                None => continue,
            },
            Step::Right(y) => match b.subsections.get(y) {
                Some(schema) => (schema.clone(), Some(a)),
                None => continue,
            },
        };
        if other.is_some_and(|other| other.extent == Extent::Whole) {
            clashes.add(format!(
                "subsection `{}` is not in the table that another source has",
                schema.name
            ));
        }
        match merged.iter_mut().find(|known| known.name == schema.name) {
            Some(known) => *known = schemas_inside(known, &schema, clashes),
            None => merged.push(schema),
        }
    }
    merged
}

fn schemas_inside(a: &Schema, b: &Schema, clashes: &mut Clashes) -> Schema {
    clashes.inside(&a.name, |clashes| schemas(a, b, clashes))
}
