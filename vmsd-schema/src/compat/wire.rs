//! What a field is on the wire, as far as its source tells, and whether two fields may be the same bytes.

use crate::schema::{Count, Extent, Field, Host, Presence, Schema, Shape, Size};

/// Whether the field is on the wire when `version` is written or read; `None` where a guest decides, or nobody knows.
pub(super) fn present(field: &Field, version: Option<u32>) -> Option<bool> {
    match (field.presence, version) {
        (Presence::Since(0), _) => Some(true),
        (Presence::Since(since), Some(version)) => Some(since <= version),
        (Presence::Since(_) | Presence::Conditional | Presence::Unknown, _) => None,
    }
}

/// What the field is, in words.
pub(super) fn layout(field: &Field) -> String {
    let mut words = vec![field.shape.to_string()];
    if !matches!(field.count, Count::One | Count::Seen(1) | Count::Unknown) {
        words.push(field.count.to_string());
    }
    if !matches!(field.presence, Presence::Since(0) | Presence::Unknown) {
        words.push(field.presence.to_string());
    }
    words.join(", ")
}

/// How many elements there are, where it is the same for every guest or was seen.
pub(super) fn elements(count: &Count) -> Option<u64> {
    match count {
        Count::One => Some(1),
        Count::Fixed(count) | Count::Seen(count) => Some(*count),
        Count::Field { .. } | Count::Unknown => None,
    }
}

/// Bytes of all elements, where every guest has the same.
pub(super) fn bytes(field: &Field) -> Option<u64> {
    let count = match field.count {
        Count::One => 1,
        Count::Fixed(count) | Count::Seen(count) => count,
        Count::Field { .. } | Count::Unknown => return None,
    };
    count.checked_mul(element(&field.shape)?)
}

/// Bytes of one element.
pub(super) fn element(shape: &Shape) -> Option<u64> {
    match shape {
        Shape::Leaf {
            size: Size::Fixed(size) | Size::Seen(size),
            ..
        } => Some(*size),
        Shape::Struct(schema) | Shape::Nested(schema) => table(schema),
        _ => None,
    }
}

fn table(schema: &Schema) -> Option<u64> {
    if schema.extent == Extent::Unknown || !schema.subsections.is_empty() {
        return None;
    }
    let mut sum = 0_u64;
    for field in &schema.fields {
        match present(field, schema.version) {
            Some(true) => sum = sum.checked_add(bytes(field)?)?,
            Some(false) => {}
            None if schema.extent == Extent::Seen => sum = sum.checked_add(bytes(field)?)?,
            None => return None,
        }
    }
    Some(sum)
}

/// Bytes in memory of all elements. For plain integers that is the wire's, too.
pub(super) fn host_bytes(field: &Field) -> Option<u64> {
    let Host { num, size, .. } = field.host?;
    size.checked_mul(num.unwrap_or(1))
}

/// Whether the field is padding that nobody reads.
pub(super) fn is_padding(field: &Field) -> bool {
    match &field.shape {
        Shape::Leaf { type_name, .. } => {
            type_name == "unused_buffer" || (type_name == "buffer" && field.name == "unused")
        }
        Shape::Unknown => field.name == "unused",
        _ => false,
    }
}

/// Whether two fields of different names are surely or probably the same bytes.
pub(super) fn same_form(a: &Field, b: &Field) -> bool {
    same_count(&a.count, &b.count)
        && match (&a.shape, &b.shape) {
            (Shape::Unknown, Shape::Unknown) => match (a.host, b.host) {
                (Some(a), Some(b)) => {
                    a.size == b.size && (a.num == b.num || a.num.is_none() || b.num.is_none())
                }
                _ => false,
            },
            (Shape::Unknown, Shape::Leaf { size, .. }) => fits(a.host, *size),
            (Shape::Leaf { size, .. }, Shape::Unknown) => fits(b.host, *size),
            (
                Shape::Leaf { type_name, size },
                Shape::Leaf {
                    type_name: other,
                    size: b,
                },
            ) => (type_name == other || integers(type_name, other)) && same_size(*size, *b),
            (
                Shape::Pointer { marked, to },
                Shape::Pointer {
                    marked: other,
                    to: b,
                },
            ) => marked == other && same_shape(to, b),
            (a, b) => same_shape(a, b),
        }
}

fn same_shape(a: &Shape, b: &Shape) -> bool {
    match (a, b) {
        (Shape::List { type_name, .. }, Shape::List { type_name: b, .. }) => type_name == b,
        (
            Shape::Leaf { type_name, size },
            Shape::Leaf {
                type_name: other,
                size: b,
            },
        ) => type_name == other && size == b,
        _ => match (a.described(), b.described()) {
            (Some(a), Some(b)) => a.name == b.name,
            _ => false,
        },
    }
}

/// A plain integer in memory that takes as many bytes as the leaf does on the wire.
fn fits(host: Option<Host>, size: Size) -> bool {
    let host = host
        .map(|host| host.size)
        .filter(|size| [1, 2, 4, 8].contains(size));
    matches!((host, size), (Some(host), Size::Fixed(size)) if host == size)
}

fn integers(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        let digits = name.trim_start_matches("uint").trim_start_matches("int");
        let digits = digits.strip_suffix(" equal").unwrap_or(digits);
        digits.parse::<u8>().ok()
    };
    plain(a).is_some() && plain(a) == plain(b)
}

fn same_size(a: Size, b: Size) -> bool {
    match (a, b) {
        (Size::Fixed(a) | Size::Seen(a), Size::Fixed(b) | Size::Seen(b)) => a == b,
        (a, b) => a == b,
    }
}

/// Whether both counts may be the same; what is unknown may be anything.
pub(super) fn same_count(a: &Count, b: &Count) -> bool {
    match (elements(a), elements(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a == b || *a == Count::Unknown || *b == Count::Unknown,
        _ => {
            *a == Count::Unknown
                || *b == Count::Unknown
                || matches!((a, b), (Count::Seen(_), _) | (_, Count::Seen(_)))
        }
    }
}

/// Whether two fields are called alike: by name, by an alias, or by a name that only one source numbers.
pub(super) fn same_name(a: &Field, b: &Field) -> bool {
    if a.name == b.name || a.is_called(&b.name) || b.is_called(&a.name) {
        return true;
    }
    match (bare(&a.name), bare(&b.name)) {
        (Some(a), None) => a == b.name,
        (None, Some(b)) => b == a.name,
        _ => false,
    }
}

/// `name` of `name[k]`.
fn bare(name: &str) -> Option<&str> {
    let (bare, digits) = name.strip_suffix(']')?.rsplit_once('[')?;
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some(bare)
}
