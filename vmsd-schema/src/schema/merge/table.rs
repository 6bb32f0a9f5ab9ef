//! Two tables as one: fields meet by name, in the order of both; subsections by name alone.

use super::facts::{count, presence, shapes};
use super::Clashes;
use crate::schema::sequence::{align, Step};
use crate::schema::{Extent, Field, Schema};

/// Both tables as one.
pub(in crate::schema) fn schemas(a: &Schema, b: &Schema, clashes: &mut Clashes) -> Schema {
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
