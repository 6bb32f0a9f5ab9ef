//! What a table must look like to have written a description: entries gathered into fields.
//!
//! A description lists entries, one for a field, for an element or for a run of elements, as the QEMU version at hand
//! does. A [`Layout`] lists fields, the same for every version. Several descriptions of one table, of elements of an
//! array or of several streams, are joined by `merge`.

use vmsd_schema::schema::{ArrayKey, Body, Description, FieldEntry};

/// Fields and subsections of one VMStateDescription.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Layout {
    /// The VMStateDescription's name.
    pub name: String,
    /// The version that was written.
    pub version: u32,
    /// The oldest version that loads, if a dump told.
    pub minimum_version: Option<u32>,
    /// Subsections that a dump knows and no stream sent.
    pub unsent: Vec<String>,
    /// Whether this is an old-style handler without a VMStateDescription.
    pub opaque: bool,
    /// Fields in the order of the wire.
    pub fields: Vec<LayoutField>,
    /// Subsections in the order of the wire.
    pub subsections: Vec<Self>,
}

/// One field of a [`Layout`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LayoutField {
    /// The name in the JSON, with `[k]` where it has one.
    pub name: String,
    /// Whether it was there in some values and not in others.
    pub optional: bool,
    /// The version that it came with, if a dump told; 0 is the first.
    pub since: u32,
    /// Whether a dump says that a predicate decides.
    pub conditional: bool,
    /// How many elements it has.
    pub count: Count,
    /// Whether elements were described one by one.
    pub uncompressed: bool,
    /// Whether elements are pointers that may be NULL.
    pub pointers: Pointers,
    /// What one element is.
    pub item: Item,
}

/// How many elements a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Count {
    /// One, and no sign of an array.
    One,
    /// Always so many.
    Fixed(u64),
    /// Not always as many.
    Varies,
}

/// How NULL stands among the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pointers {
    /// It does not.
    None,
    /// As a byte in the element's place.
    Nullable,
    /// Every element has a marker before it.
    Marked,
}

/// What an element is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A value of an encoding that has a name.
    Leaf {
        /// The JSON type.
        type_name: String,
        /// Bytes on the wire; none if they differ.
        size: Option<u64>,
    },
    /// A struct at its own version.
    Struct(Layout),
    /// A struct at a pinned version.
    VStruct(Layout),
    /// A temporary struct.
    Tmp(Layout),
    /// A `qtailq` or `qlist`; nothing is known of its elements if there were none.
    List {
        /// The JSON type.
        type_name: String,
        /// An element.
        element: Option<Box<Layout>>,
    },
    /// A tree.
    Tree {
        /// The key, unless it is a number.
        key: Option<Box<Layout>>,
        /// The value; unknown if the tree was empty.
        value: Option<Box<Layout>>,
    },
    /// A pointer, and every one of them was NULL.
    Null,
    /// An array of pointers that is described by its first, a NULL: what the others are is not said
    /// (`"struct": {}` of QEMU up to 9.1).
    Undescribed {
        /// Bytes of the fields behind it.
        after: u64,
    },
}

/// Descriptions of one table that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict(pub String);

impl Layout {
    /// The table that wrote `description`.
    ///
    /// # Errors
    /// If elements of one array contradict each other.
    pub fn of(description: &Description) -> Result<Self, Conflict> {
        let mut fields = Vec::new();
        let mut rest = description.fields.as_slice();
        while let Some(first) = rest.first() {
            let (own, others) = rest.split_at(entries_of(first, rest));
            let mut field = LayoutField::of(own)?;
            if let Item::Undescribed { after } = &mut field.item {
                *after = others.iter().map(|entry| entry.count() * entry.size).sum();
            }
            fields.push(field);
            rest = others;
        }
        let subsections = description.subsections.iter().map(Self::of);
        Ok(Self {
            name: description.vmsd_name.clone(),
            version: description.version,
            minimum_version: None,
            unsent: Vec::new(),
            opaque: false,
            fields,
            subsections: subsections.collect::<Result<_, _>>()?,
        })
    }
}

/// How many of `entries` belong to the field that `first` begins.
fn entries_of(first: &FieldEntry, entries: &[FieldEntry]) -> usize {
    // The stand-in of a NULL, in a field whose name the table has twice.
    let stem = first.name.rfind('[').and_then(|at| first.name.get(..at));
    let fake = stem.map(|stem| format!("{stem}[-1]"));
    let same = |entry: &&FieldEntry| entry.name == first.name || Some(&entry.name) == fake.as_ref();
    entries.iter().take_while(same).count()
}

impl LayoutField {
    fn of(entries: &[FieldEntry]) -> Result<Self, Conflict> {
        let Some(first) = entries.first() else {
            return Err(Conflict("a field without entries".to_owned()));
        };
        let (nulls, values): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| is_null(entry));
        let mut items = values.iter().map(|entry| Item::of(entry));
        let mut item = items.next().transpose()?.unwrap_or(Item::Null);
        for other in items {
            item = item.merge(other?)?;
        }
        let pointers = if marks_each(entries) {
            Pointers::Marked
        } else if nulls.is_empty() {
            Pointers::None
        } else {
            Pointers::Nullable
        };
        let indexed = matches!(first.array, ArrayKey::Index(_));
        let repeated = entries.len() > 1 && values.iter().all(|e| e.array == ArrayKey::Single);
        let uncompressed = pointers == Pointers::None && (indexed || repeated)
            || pointers == Pointers::Nullable && (indexed || values.len() > 1 && repeated);
        let count = match (first.array, pointers) {
            (_, Pointers::Marked) => nulls.len() as u64,
            _ if uncompressed => entries.len() as u64,
            (ArrayKey::Len(len), _) if !is_null(first) => len,
            _ => entries.iter().map(FieldEntry::count).sum(),
        };
        Ok(Self {
            name: first.name.clone(),
            optional: false,
            since: 0,
            conditional: false,
            count: match (count, first.array, pointers) {
                (1, ArrayKey::Single, Pointers::None) => Count::One,
                _ => Count::Fixed(count),
            },
            uncompressed,
            pointers,
            item,
        })
    }
}

fn is_null(entry: &FieldEntry) -> bool {
    ["nullptr", "ptr-marker"].contains(&entry.type_name.as_str())
}

/// Whether a marker stands before every element: then no entry is an array, and no value has another before it.
fn marks_each(entries: &[FieldEntry]) -> bool {
    let marker = |entry: &FieldEntry| entry.type_name == "ptr-marker";
    let single = entries.iter().all(|entry| entry.array == ArrayKey::Single);
    let preceded = entries
        .windows(2)
        .all(|pair| matches!(pair, [before, entry] if marker(entry) || marker(before)));
    single && entries.first().is_some_and(marker) && preceded
}

impl Item {
    fn of(entry: &FieldEntry) -> Result<Self, Conflict> {
        let type_name = entry.type_name.clone();
        let descriptions = match &entry.body {
            Body::Leaf => &[],
            Body::Struct(Some(description)) => return Ok(Self::Struct(Layout::of(description)?)),
            Body::Struct(None) => return Ok(Self::Undescribed { after: 0 }),
            Body::Inline(descriptions) => descriptions.as_slice(),
        };
        match (type_name.as_str(), descriptions) {
            ("qtailq" | "qlist", elements) => Ok(Self::List {
                type_name,
                element: one(elements.iter())?,
            }),
            ("gtree", nodes) => Self::tree(nodes),
            ("tmp", [only]) => Ok(Self::Tmp(Layout::of(only)?)),
            (_, [only]) => Ok(Self::VStruct(Layout::of(only)?)),
            _ => Ok(Self::Leaf {
                type_name,
                size: Some(entry.size),
            }),
        }
    }

    /// A key that is described stands before its value, and has another name.
    fn tree(nodes: &[Description]) -> Result<Self, Conflict> {
        let keyed = matches!(nodes, [key, value, ..] if key.vmsd_name != value.vmsd_name);
        if !keyed {
            let value = one(nodes.iter())?;
            return Ok(Self::Tree { key: None, value });
        }
        Ok(Self::Tree {
            key: one(nodes.iter().step_by(2))?,
            value: one(nodes.iter().skip(1).step_by(2))?,
        })
    }
}

/// The one table behind all of `descriptions`.
fn one<'d>(
    descriptions: impl Iterator<Item = &'d Description>,
) -> Result<Option<Box<Layout>>, Conflict> {
    let mut joined: Option<Layout> = None;
    for description in descriptions {
        let next = Layout::of(description)?;
        joined = Some(match joined {
            Some(before) => before.merge(next)?,
            None => next,
        });
    }
    Ok(joined.map(Box::new))
}
