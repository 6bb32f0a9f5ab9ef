//! What a field is on the wire, as far as its source tells.

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

#[cfg(test)]
mod tests {
    use super::*;

    fn field(count: Count, shape: Shape) -> Field {
        Field {
            presence: Presence::Since(0),
            count,
            shape,
            ..Field::default()
        }
    }

    fn since(presence: Presence) -> Field {
        let shape = Shape::leaf("uint16", 2);
        Field {
            presence,
            ..field(Count::Fixed(3), shape)
        }
    }

    fn table(extent: Extent, fields: Vec<Field>) -> Schema {
        Schema {
            name: "table".to_owned(),
            version: Some(2),
            extent,
            fields,
            ..Schema::default()
        }
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
    fn a_version_decides_on_a_field_unless_a_predicate_does() {
        for (presence, version, there) in [
            (Presence::Since(0), None, Some(true)),
            (Presence::Since(2), Some(2), Some(true)),
            (Presence::Since(3), Some(2), Some(false)),
            (Presence::Since(3), None, None),
            (Presence::Conditional, Some(2), None),
            (Presence::Unknown, Some(2), None),
        ] {
            let field = since(presence);
            assert_eq!(present(&field, version), there, "{presence:?}");
        }
    }

    #[test]
    fn a_nested_table_is_as_long_as_its_fields() {
        let [always, later] = [0, 3].map(|version| since(Presence::Since(version)));
        let perhaps = since(Presence::Conditional);
        let both = vec![always.clone(), since(Presence::Since(2)), later];
        let mut whole = table(Extent::Whole, both.clone());
        let nested = |schema: &Schema| element(&Shape::Struct(Box::new(schema.clone())));
        assert_eq!(nested(&whole), Some(12));
        assert_eq!(
            bytes(&field(Count::Fixed(2), Shape::Nested(whole.clone().into()))),
            Some(24)
        );
        assert_eq!(nested(&table(Extent::Unknown, both)), None);
        whole.subsections.push(Schema::default());
        assert_eq!(nested(&whole), None);
        let undecided = vec![always.clone(), perhaps];
        assert_eq!(nested(&table(Extent::Whole, undecided.clone())), None);
        assert_eq!(nested(&table(Extent::Seen, undecided)), Some(12));
        let many = Shape::leaf("buffer", u64::MAX);
        let too_long = vec![field(Count::One, many.clone()), always];
        assert_eq!(nested(&table(Extent::Whole, too_long)), None);
        assert_eq!(bytes(&field(Count::Fixed(2), many)), None);
    }

    #[test]
    fn the_bytes_of_a_field_are_those_of_every_guest() {
        for (count, shape, expected) in [
            (Count::One, leaf("uint8", Size::Fixed(1)), Some(1)),
            (Count::Seen(3), leaf("uint8", Size::Seen(2)), Some(6)),
            (counted("n"), leaf("uint8", Size::Fixed(1)), None),
            (Count::Unknown, leaf("uint8", Size::Fixed(1)), None),
            (Count::One, leaf("capability", Size::ByValue), None),
            (Count::One, Shape::Unknown, None),
        ] {
            assert_eq!(bytes(&field(count, shape.clone())), expected, "{shape:?}");
        }
        let in_memory = |num| Field {
            host: Some(Host {
                version_id: 0,
                num,
                size: 4,
            }),
            ..Field::default()
        };
        assert_eq!(host_bytes(&in_memory(Some(3))), Some(12));
        assert_eq!(host_bytes(&in_memory(None)), Some(4));
        assert_eq!(host_bytes(&Field::default()), None);
    }

    #[test]
    fn a_layout_in_words_leaves_out_what_goes_without_saying() {
        assert_eq!(
            layout(&since(Presence::Since(2))),
            "uint16 2, 3 elements, since version 2"
        );
        let plain = leaf("uint8", Size::Fixed(1));
        for count in [Count::One, Count::Seen(1), Count::Unknown] {
            assert_eq!(layout(&field(count, plain.clone())), "uint8 1");
        }
    }

    #[test]
    fn padding_goes_by_its_type_or_by_its_name_where_that_is_all() {
        for (name, shape, padding) in [
            ("pad", leaf("unused_buffer", Size::Fixed(4)), true),
            ("unused", leaf("buffer", Size::Fixed(4)), true),
            ("data", leaf("buffer", Size::Fixed(4)), false),
            ("unused", leaf("uint32", Size::Fixed(4)), false),
            ("unused", Shape::Unknown, true),
            ("data", Shape::Unknown, false),
            ("unused", Shape::Struct(Box::default()), false),
        ] {
            let field = Field {
                name: name.to_owned(),
                ..field(Count::One, shape)
            };
            assert_eq!(is_padding(&field), padding, "{field:?}");
        }
    }
}
