//! Whether two fields may be the same one: the same bytes, or the same name.

use super::wire::elements;
use crate::schema::{Count, Field, Host, Shape, Size};

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

#[cfg(test)]
mod tests {
    use super::*;

    use crate::schema::Schema;

    fn field(count: Count, shape: Shape) -> Field {
        Field {
            count,
            shape,
            ..Field::default()
        }
    }

    fn named(name: &str) -> Box<Schema> {
        Box::new(Schema {
            name: name.to_owned(),
            ..Schema::default()
        })
    }

    fn counted(by: &str) -> Count {
        let name = by.to_owned();
        Count::Field { name, times: 1 }
    }

    fn leaf(type_name: &str, size: Size) -> Shape {
        let type_name = type_name.to_owned();
        Shape::Leaf { type_name, size }
    }

    #[test]
    fn counts_are_the_same_where_no_guest_tells_them_apart() {
        use Count::{Fixed, One, Seen, Unknown};
        for (a, b, same) in [
            (One, Fixed(1), true),
            (One, Fixed(2), false),
            (Fixed(2), Seen(2), true),
            (Fixed(2), Seen(3), false),
            (counted("n"), counted("n"), true),
            (counted("n"), counted("m"), false),
            (counted("n"), Unknown, true),
            (Unknown, Unknown, true),
            (Fixed(2), Unknown, true),
            (Fixed(2), counted("n"), false),
            (Seen(2), counted("n"), true),
        ] {
            assert_eq!(same_count(&a, &b), same, "{a:?} {b:?}");
            assert_eq!(same_count(&b, &a), same, "{b:?} {a:?}");
        }
    }

    #[test]
    fn forms_are_the_same_where_the_bytes_may_be() {
        let unit = |size| leaf("uint32", size);
        let pointer = |marked, to: Shape| Shape::Pointer {
            marked,
            to: Box::new(to),
        };
        let list = |type_name: &str, of: &str| Shape::List {
            type_name: type_name.to_owned(),
            entry: vec![*named(of)],
        };
        for (a, b, same) in [
            (unit(Size::Fixed(4)), leaf("int32", Size::Seen(4)), true),
            (unit(Size::Fixed(4)), unit(Size::Fixed(8)), false),
            (unit(Size::Fixed(4)), unit(Size::Unknown), false),
            (unit(Size::ByValue), unit(Size::ByValue), true),
            (
                unit(Size::Fixed(4)),
                leaf("uint32 equal", Size::Fixed(4)),
                true,
            ),
            (unit(Size::Fixed(4)), leaf("uint8", Size::Fixed(4)), false),
            (unit(Size::Fixed(4)), leaf("timer", Size::Fixed(4)), false),
            (
                leaf("timer", Size::Fixed(8)),
                leaf("cpu timer", Size::Fixed(8)),
                false,
            ),
            (
                pointer(true, Shape::Struct(named("a"))),
                pointer(true, Shape::Struct(named("a"))),
                true,
            ),
            (
                pointer(true, Shape::Struct(named("a"))),
                pointer(false, Shape::Struct(named("a"))),
                false,
            ),
            (
                pointer(true, Shape::Struct(named("a"))),
                pointer(true, Shape::Struct(named("b"))),
                false,
            ),
            (
                pointer(true, unit(Size::Fixed(4))),
                pointer(true, unit(Size::Fixed(4))),
                true,
            ),
            (
                pointer(true, unit(Size::Fixed(4))),
                pointer(true, unit(Size::Seen(4))),
                false,
            ),
            (
                pointer(true, unit(Size::Fixed(4))),
                pointer(true, leaf("int32", Size::Fixed(4))),
                false,
            ),
            (list("qtailq", "a"), list("qtailq", "b"), true),
            (list("qtailq", "a"), list("qlist", "a"), false),
            (
                Shape::Struct(named("a")),
                Shape::VStruct(named("a"), 1),
                true,
            ),
            (Shape::Struct(named("a")), Shape::Struct(named("b")), false),
            (Shape::Struct(named("a")), unit(Size::Fixed(4)), false),
        ] {
            let [x, y] = [&a, &b].map(|shape| field(Count::One, shape.clone()));
            assert_eq!(same_form(&x, &y), same, "{a:?} {b:?}");
            assert_eq!(same_form(&y, &x), same, "{b:?} {a:?}");
            let more = field(Count::Fixed(2), b);
            assert!(!same_form(&x, &more), "{a:?}");
        }
    }

    #[test]
    fn a_dump_and_a_layout_are_the_same_where_the_sizes_are() {
        let host = |size, num| Field {
            host: Some(Host {
                version_id: 0,
                num,
                size,
            }),
            ..Field::default()
        };
        let wire = |size| field(Count::One, leaf("uint32", size));
        for (host, wire, same) in [
            (host(4, None), wire(Size::Fixed(4)), true),
            (host(8, None), wire(Size::Fixed(4)), false),
            (host(3, None), wire(Size::Fixed(3)), false),
            (host(4, None), wire(Size::Seen(4)), false),
            (Field::default(), wire(Size::Fixed(4)), false),
            (host(4, None), host(4, Some(2)), true),
            (host(4, Some(2)), host(4, Some(2)), true),
            (host(4, Some(2)), host(4, Some(3)), false),
            (host(4, Some(2)), host(8, Some(2)), false),
            (host(4, None), Field::default(), false),
        ] {
            assert_eq!(same_form(&host, &wire), same, "{host:?} {wire:?}");
            assert_eq!(same_form(&wire, &host), same, "{wire:?} {host:?}");
        }
    }

    #[test]
    fn names_are_alike_with_an_alias_or_a_number_of_one_side() {
        let field = |name: &str, aliases: &[&str]| Field {
            name: name.to_owned(),
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
            ..Field::default()
        };
        for (a, b, same) in [
            (field("x", &[]), field("x", &[]), true),
            (field("x", &[]), field("y", &[]), false),
            (field("x", &["y"]), field("y", &[]), true),
            (field("x", &["y"]), field("z", &["y"]), false),
            (field("x[1]", &[]), field("x", &[]), true),
            (field("x[1]", &[]), field("x[2]", &[]), false),
            (field("x[y]", &[]), field("x", &[]), false),
            (field("x[1]", &[]), field("y", &[]), false),
        ] {
            assert_eq!(same_name(&a, &b), same, "{a:?} {b:?}");
            assert_eq!(same_name(&b, &a), same, "{b:?} {a:?}");
        }
    }
}
