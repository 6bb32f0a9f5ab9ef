//! Two facts about a field as one.

use super::{schemas, Clashes};
use crate::schema::{Count, Presence, Schema, Shape, Size};

pub(super) fn presence(a: Presence, b: Presence, clashes: &mut Clashes) -> Presence {
    match (a, b) {
        (Presence::Unknown, known) | (known, Presence::Unknown) => known,
        _ if a == b => a,
        _ => {
            clashes.add(format!("it is {a} in one source and {b} in another"));
            a
        }
    }
}

pub(super) fn count(a: &Count, b: &Count, clashes: &mut Clashes) -> Count {
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
pub(in crate::schema) fn shapes(a: Shape, b: Shape, clashes: &mut Clashes) -> Shape {
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
