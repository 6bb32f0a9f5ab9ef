//! Joins layouts of one table: what one value had and another had not becomes optional, what they have in different
//! numbers gets a length.

use super::layout::{Conflict, Count, Item, Layout, LayoutField, Pointers};

impl Layout {
    /// The table that may have written both.
    ///
    /// # Errors
    /// If no table has both: other names, versions or types, or another order.
    pub fn merge(self, other: Self) -> Result<Self, Conflict> {
        if (&self.name, self.version, self.opaque) != (&other.name, other.version, other.opaque) {
            let (name, version) = (&self.name, self.version);
            let text = format!("{name} {version} and {} {}", other.name, other.version);
            return Err(Conflict(text));
        }
        let missing = |field: LayoutField| LayoutField {
            optional: true,
            ..field
        };
        let fields = aligned(
            self.fields,
            other.fields,
            |field| &field.name,
            LayoutField::merge,
            missing,
        )?;
        let subsections = aligned(
            self.subsections,
            other.subsections,
            |subsection| &subsection.name,
            Self::merge,
            |subsection| subsection,
        )?;
        Ok(Self {
            fields,
            subsections,
            ..other
        })
    }
}

impl LayoutField {
    fn merge(self, other: Self) -> Result<Self, Conflict> {
        let pointers = match (self.pointers, other.pointers) {
            (Pointers::None, Pointers::Nullable) | (Pointers::Nullable, Pointers::None) => {
                Pointers::Nullable
            }
            (one, another) if one == another => one,
            _ => return Err(Conflict(format!("pointers of {}", self.name))),
        };
        let (one, another) = (self.count, other.count);
        let differ = || Conflict(format!("elements of {}", self.name));
        let item = self.item.merge(other.item).map_err(|_| differ())?;
        Ok(Self {
            optional: self.optional || other.optional,
            count: if one == another { one } else { Count::Varies },
            uncompressed: self.uncompressed || other.uncompressed,
            pointers,
            item,
            ..other
        })
    }
}

impl Item {
    pub(super) fn merge(self, other: Self) -> Result<Self, Conflict> {
        Ok(match (self, other) {
            (one, another) if one == another => one,
            (Self::Null, known) | (known, Self::Null) => known,
            (Self::Undescribed { .. }, Self::Struct(known))
            | (Self::Struct(known), Self::Undescribed { .. }) => Self::Struct(known),
            (Self::Struct(one), Self::Struct(another)) => Self::Struct(one.merge(another)?),
            (Self::VStruct(one), Self::VStruct(another)) => Self::VStruct(one.merge(another)?),
            (Self::Tmp(one), Self::Tmp(another)) => Self::Tmp(one.merge(another)?),
            (
                Self::List { type_name, element },
                Self::List {
                    type_name: other,
                    element: another,
                },
            ) if type_name == other => Self::List {
                type_name,
                element: either(element, another)?,
            },
            (
                Self::Tree { key, value },
                Self::Tree {
                    key: other,
                    value: another,
                },
            ) => Self::Tree {
                key: either(key, other)?,
                value: either(value, another)?,
            },
            (
                Self::Leaf { type_name, .. },
                Self::Leaf {
                    type_name: other, ..
                },
            ) if type_name == other => Self::Leaf {
                type_name,
                size: None,
            },
            (one, another) => return Err(Conflict(format!("{one:?} and {another:?}"))),
        })
    }
}

fn either(
    one: Option<Box<Layout>>,
    another: Option<Box<Layout>>,
) -> Result<Option<Box<Layout>>, Conflict> {
    Ok(match (one, another) {
        (Some(one), Some(another)) => Some(Box::new(one.merge(*another)?)),
        (one, another) => one.or(another),
    })
}

/// Two lists in one order. Things of one name are joined, others stand where their list has them.
fn aligned<T>(
    ours: Vec<T>,
    theirs: Vec<T>,
    name: impl Fn(&T) -> &String,
    join: impl Fn(T, T) -> Result<T, Conflict>,
    alone: impl Fn(T) -> T,
) -> Result<Vec<T>, Conflict> {
    let mut joined = Vec::new();
    let mut ours = std::collections::VecDeque::from(ours);
    for their in theirs {
        match ours.iter().position(|our| name(our) == name(&their)) {
            Some(at) => {
                joined.extend(ours.drain(..at).map(&alone));
                let Some(our) = ours.pop_front() else {
                    continue;
                };
                joined.push(join(our, their)?);
            }
            None if joined.iter().any(|one| name(one) == name(&their)) => {
                return Err(Conflict(format!("{} stands elsewhere", name(&their))));
            }
            None => joined.push(alone(their)),
        }
    }
    joined.extend(ours.into_iter().map(alone));
    Ok(joined)
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test ends where it fails"
)]
mod tests {
    use vmsd_schema::schema::{ArrayKey, Body, Description, FieldEntry};

    use super::*;

    fn entry(name: &str, array: ArrayKey, type_name: &str) -> FieldEntry {
        FieldEntry {
            name: name.to_owned(),
            array,
            type_name: type_name.to_owned(),
            body: Body::Leaf,
            size: 1,
        }
    }

    fn layout(fields: Vec<FieldEntry>) -> Layout {
        let description = Description {
            vmsd_name: "d".to_owned(),
            fields,
            ..Description::default()
        };
        Layout::of(&description).unwrap()
    }

    fn single(name: &str) -> FieldEntry {
        entry(name, ArrayKey::Single, "uint8")
    }

    #[test]
    fn what_one_lacks_is_optional_and_keeps_its_place() {
        let one = layout(vec![single("a"), single("b"), single("d")]);
        let other = layout(vec![single("a"), single("c"), single("d")]);
        let joined = one.merge(other).unwrap();
        let names: Vec<_> = joined
            .fields
            .iter()
            .map(|f| (f.name.as_str(), f.optional))
            .collect();
        assert_eq!(
            names,
            [("a", false), ("c", true), ("b", true), ("d", false)]
        );
        let one = layout(vec![single("a"), single("b")]);
        assert!(one.merge(layout(vec![single("b"), single("a")])).is_err());
    }

    #[test]
    fn other_counts_become_a_length_and_other_types_a_conflict() {
        let array = |len| layout(vec![entry("a", ArrayKey::Len(len), "uint8")]);
        let joined = array(2).merge(array(3)).unwrap();
        assert_eq!(joined.fields[0].count, Count::Varies);
        let other = layout(vec![entry("a", ArrayKey::Len(2), "uint16")]);
        assert!(array(2).merge(other).is_err());
    }

    #[test]
    fn an_unfolded_array_is_one_field_in_each_dialect() {
        let index = |at| entry("a", ArrayKey::Index(at), "uint8");
        let forms = [
            vec![index(0), index(1), index(2)],
            vec![index(0), index(1), single("a")],
            vec![single("a"), single("a"), single("a")],
        ];
        for form in forms {
            let layout = layout(form);
            assert_eq!(layout.fields.len(), 1);
            assert_eq!(layout.fields[0].count, Count::Fixed(3));
            assert!(layout.fields[0].uncompressed);
        }
    }

    #[test]
    fn markers_before_each_and_markers_for_null() {
        let marker = |array| entry("a", array, "ptr-marker");
        let marked = layout(vec![
            marker(ArrayKey::Single),
            single("a"),
            marker(ArrayKey::Single),
        ]);
        let field = &marked.fields[0];
        assert_eq!(
            (field.pointers, field.count),
            (Pointers::Marked, Count::Fixed(2))
        );
        let nulls = layout(vec![marker(ArrayKey::Len(254)), single("a")]);
        let field = &nulls.fields[0];
        assert_eq!(
            (field.pointers, field.count),
            (Pointers::Nullable, Count::Fixed(255))
        );
    }
}
