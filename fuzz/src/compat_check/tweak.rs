//! One thing of a set of schemas, changed: what a release of QEMU might do to a table.

use vmsd_schema::arbitrary::{Arbitrary, Unstructured};
use vmsd_schema::schema::{Count, Field, Presence, Schema, SchemaSet, Shape};

/// Changes one thing of `set` and says what.
pub(super) fn one_thing(set: &mut SchemaSet, u: &mut Unstructured<'_>) -> &'static str {
    let device = u.choose_index(set.devices.len()).unwrap_or(0);
    if u.ratio(1, 16).unwrap_or(false) {
        set.devices.truncate(device);
        return "devices are gone";
    }
    match set.devices.get_mut(device) {
        Some(device) => table(&mut device.schema, u),
        None => "nothing",
    }
}

fn table(schema: &mut Schema, u: &mut Unstructured<'_>) -> &'static str {
    // Down into a subsection or a nested struct, now and then.
    if u.ratio(1, 3).unwrap_or(false) {
        if let Ok(index) = u.choose_index(schema.subsections.len()) {
            if let Some(inner) = schema.subsections.get_mut(index) {
                return table(inner, u);
            }
        }
        for field in &mut schema.fields {
            if let Some(inner) = inner(&mut field.shape) {
                let what = table(inner, u);
                ask(&mut field.shape);
                return what;
            }
        }
    }
    match u.int_in_range(0..=5).unwrap_or(0) {
        0 => {
            schema.version = schema.version.map(|version| version + 1);
            "the version is higher"
        }
        1 => {
            schema.version = schema.version.map(|version| version.saturating_sub(1));
            // No QEMU has a table that refuses its own version.
            schema.minimum_version = schema.minimum_version.min(schema.version);
            "the version is lower"
        }
        2 => {
            schema.minimum_version = schema.version;
            "the minimum version is higher"
        }
        3 => {
            let index = u.choose_index(schema.subsections.len()).unwrap_or(0);
            schema.subsections.truncate(index);
            "subsections are gone"
        }
        4 => {
            if let Ok(other) = Schema::arbitrary(u) {
                schema.fields.extend(other.fields.into_iter().map(renamed));
            }
            "fields are new"
        }
        _ => match u.choose_index(schema.fields.len()) {
            Ok(index) => field(schema, index, u),
            Err(_) => "nothing",
        },
    }
}

fn renamed(field: Field) -> Field {
    Field {
        name: format!("new_{}", field.name),
        count: match field.count {
            Count::Field { .. } => Count::One,
            count => count,
        },
        ..field
    }
}

fn field(schema: &mut Schema, index: usize, u: &mut Unstructured<'_>) -> &'static str {
    let choice = u.int_in_range(0..=5).unwrap_or(0);
    if choice == 0 {
        schema.fields.remove(index);
        return "a field is gone";
    }
    if choice == 1 {
        schema.fields.swap(index, 0);
        return "two fields changed places";
    }
    let counted = |field: &Field| match &field.count {
        Count::Field { name, .. } => Some(name.clone()),
        _ => None,
    };
    let counts: Vec<String> = schema.fields.iter().filter_map(counted).collect();
    let Some(field) = schema.fields.get_mut(index) else {
        return "nothing";
    };
    match choice {
        // By names the judge tells what the source sent of predicates, of structs, and as counts.
        2 if matches!(field.shape, Shape::Leaf { .. })
            && field.presence != Presence::Conditional
            && !counts.contains(&field.name) =>
        {
            field.name.push_str("_renamed");
            "a field has another name"
        }
        3 => {
            field.presence = match field.presence {
                Presence::Since(0) => Presence::Conditional,
                Presence::Since(since) => Presence::Since(since + 1),
                _ => Presence::Since(0),
            };
            "a field is there at other times"
        }
        4 => {
            field.count = match field.count {
                Count::Fixed(count) => Count::Fixed(count + 1),
                _ => Count::Fixed(2),
            };
            "a field has another count"
        }
        _ => {
            field.shape = Shape::leaf("uint16", 2);
            "a field has another type"
        }
    }
}

/// No QEMU has a table that asks a struct for a version which that refuses.
fn ask(shape: &mut Shape) {
    match shape {
        Shape::VStruct(inner, version) => {
            *version = (*version).min(inner.version.unwrap_or(*version));
            *version = (*version).max(inner.minimum_version.unwrap_or(0));
        }
        Shape::Pointer { to, .. } => ask(to),
        _ => {}
    }
}

fn inner(shape: &mut Shape) -> Option<&mut Schema> {
    match shape {
        Shape::Struct(inner) | Shape::VStruct(inner, _) | Shape::Nested(inner) => Some(inner),
        Shape::List { entry, .. } => entry.first_mut(),
        Shape::Pointer { to, .. } => inner(to),
        _ => None,
    }
}
