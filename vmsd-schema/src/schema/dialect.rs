//! What differs between QEMU versions in the description of a stream, and nothing else.
//!
//! A dialect is a value that a stream or a caller chooses. The codecs produce [`Element`]s, the same for every
//! version; [`Dialect::entries`] turns those of one field into the entries that the version writes
//! (`vmstate_save_state_v`, `vmsd_desc_field_start`).

use super::description::{ArrayKey, Body, FieldEntry};

/// The JSON type of a pointer's marker (11.x).
pub(crate) const MARKER: &str = "ptr-marker";

/// A family of QEMU versions that describe a value alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialect {
    /// Up to 5.2: the old JSON writer, blanks everywhere.
    Qemu5_2,
    /// 6.0 to 9.1.
    Qemu7_2,
    /// 9.1.3, 9.2.1 and 10.x: runs of NULL pointers are entries of their own.
    Qemu10_0,
    /// 11.x: pointer markers, and no `index`.
    Qemu11_1,
}

/// One element of one field as a codec describes it, before a dialect decides which elements are entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// What the element is.
    pub kind: ElementKind,
    /// Bytes on the wire.
    pub size: u64,
}

/// What an [`Element`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// A value of a named type.
    Value {
        /// QEMU's name of the encoding.
        type_name: &'static str,
        /// Nested descriptions, if any.
        body: Body,
    },
    /// A NULL in an array of pointers.
    Null {
        /// The type of the elements that are not NULL.
        type_name: &'static str,
    },
    /// The marker before an element of an array that marks each (11.x).
    Marker,
}

/// What the table says of a field: all that an entry's form depends on beside its elements.
#[derive(Clone, Copy, Debug)]
pub struct FieldForm {
    /// The name that the JSON shows.
    pub json_name: &'static str,
    /// The name in the table; differs from `json_name` where the table has it twice.
    pub name: &'static str,
    /// Whether elements may be described once for all (`vmsd_can_compress`).
    pub compressible: bool,
    /// Whether the field is an array of pointers, where runs of NULLs stand apart.
    pub pointers: bool,
}

impl Dialect {
    /// Every dialect, oldest first.
    pub const ALL: [Self; 4] = [Self::Qemu5_2, Self::Qemu7_2, Self::Qemu10_0, Self::Qemu11_1];

    /// The dialect of a QEMU version, such as `7.2.22`.
    #[must_use]
    pub fn of_qemu(version: &str) -> Option<Self> {
        let mut parts = version
            .split('.')
            .map_while(|part| part.parse::<u32>().ok());
        let (major, minor, patch) = (
            parts.next()?,
            parts.next().unwrap_or(0),
            parts.next().unwrap_or(0),
        );
        Some(match (major, minor, patch) {
            (..=5, ..) => Self::Qemu5_2,
            (9, 1, 3..) | (9, 2, 1..) | (10, ..) => Self::Qemu10_0,
            (11.., ..) => Self::Qemu11_1,
            _ => Self::Qemu7_2,
        })
    }

    /// A version of the family.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Qemu5_2 => "5.2",
            Self::Qemu7_2 => "7.2",
            Self::Qemu10_0 => "10.0",
            Self::Qemu11_1 => "11.1",
        }
    }

    /// Whether blanks stand around every punctuation mark of the JSON.
    #[must_use]
    pub fn spaced(self) -> bool {
        self == Self::Qemu5_2
    }

    /// Whether the configuration section is described too.
    #[must_use]
    pub fn describes_configuration(self) -> bool {
        self >= Self::Qemu10_0
    }

    /// The entries of one field.
    #[must_use]
    pub fn entries(self, form: FieldForm, elements: Vec<Element>) -> Vec<FieldEntry> {
        let plan = Plan {
            dialect: self,
            form,
            nulls: elements.iter().map(Element::is_null).collect(),
        };
        let mut entries = Vec::new();
        let mut open = true;
        let mut previous_null = false;
        for (index, element) in elements.into_iter().enumerate() {
            let null = element.is_null();
            let mut left = plan.left(index);
            if plan.splits_runs(index) && null != previous_null {
                previous_null = null;
                open = true;
                left = plan.run(index);
            }
            if open {
                entries.push(plan.entry(index, left, element));
                open = !plan.closes(left);
            }
        }
        entries
    }
}

impl std::fmt::Display for Dialect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.example())
    }
}

impl Element {
    fn is_null(&self) -> bool {
        matches!(self.kind, ElementKind::Null { .. })
    }
}

struct Plan {
    dialect: Dialect,
    form: FieldForm,
    nulls: Vec<bool>,
}

impl Plan {
    /// What QEMU calls `max_elems`: above 1 the entry gets an array key.
    fn left(&self, index: usize) -> usize {
        match self.dialect {
            Dialect::Qemu5_2 | Dialect::Qemu7_2 => self.nulls.len(),
            Dialect::Qemu10_0 => self.nulls.len() - index,
            Dialect::Qemu11_1 if self.form.compressible => self.nulls.len() - index,
            Dialect::Qemu11_1 => 1,
        }
    }

    fn splits_runs(&self, index: usize) -> bool {
        self.form.pointers
            && match self.dialect {
                Dialect::Qemu5_2 | Dialect::Qemu7_2 => false,
                Dialect::Qemu10_0 => true,
                Dialect::Qemu11_1 => self.form.compressible && self.nulls.len() - index > 1,
            }
    }

    /// The length of the run of NULLs or non-NULLs that starts at `index`.
    fn run(&self, index: usize) -> usize {
        let rest = self.nulls.get(index..).unwrap_or_default();
        rest.iter()
            .position(|null| Some(null) != rest.first())
            .unwrap_or(self.left(index))
    }

    /// Whether the elements behind an entry stay undescribed.
    fn closes(&self, left: usize) -> bool {
        self.form.compressible && (self.dialect != Dialect::Qemu11_1 || left > 1)
    }

    fn entry(&self, index: usize, left: usize, element: Element) -> FieldEntry {
        let fake = element.is_null() && self.dialect >= Dialect::Qemu10_0;
        let name = if fake && self.form.name != self.form.json_name {
            format!("{}[-1]", self.form.name) // the stand-in field of a NULL is not found in the table
        } else {
            self.form.json_name.to_owned()
        };
        let array = match left {
            ..=1 => ArrayKey::Single,
            _ if self.form.compressible || fake => ArrayKey::Len(left as u64),
            _ => ArrayKey::Index(index as u64),
        };
        let (type_name, body) = match element.kind {
            ElementKind::Value { type_name, body } => (type_name, body),
            ElementKind::Marker => (MARKER, Body::Leaf),
            ElementKind::Null { type_name } => match self.dialect {
                Dialect::Qemu10_0 => ("nullptr", Body::Leaf),
                Dialect::Qemu11_1 => (MARKER, Body::Leaf),
                // Older versions describe the field and write the marker.
                _ if type_name == "struct" => (type_name, Body::Struct(None)),
                _ => (type_name, Body::Leaf),
            },
        };
        FieldEntry {
            name,
            array,
            type_name: type_name.to_owned(),
            body,
            size: element.size,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `S` an element, `N` a NULL; the answer as `S×4, N×2`, with `@i` for an index.
    fn runs(dialect: Dialect, compressible: bool, pattern: &str) -> String {
        let form = FieldForm {
            json_name: "f",
            name: "f",
            compressible,
            pointers: true,
        };
        let elements = pattern
            .chars()
            .map(|c| Element {
                kind: match c {
                    'N' => ElementKind::Null { type_name: "S" },
                    _ => ElementKind::Value {
                        type_name: "S",
                        body: Body::Leaf,
                    },
                },
                size: 1,
            })
            .collect();
        let entries = dialect.entries(form, elements);
        let text = |entry: &FieldEntry| {
            let letter = if entry.type_name == "S" { "S" } else { "N" };
            match entry.array {
                ArrayKey::Single => letter.to_owned(),
                ArrayKey::Len(len) => format!("{letter}×{len}"),
                ArrayKey::Index(index) => format!("{letter}@{index}"),
            }
        };
        entries.iter().map(text).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn runs_of_null_pointers_as_each_version_writes_them() {
        for (pattern, compressed_10, plain_10, compressed_11) in [
            ("SSNN", "S×4, N×2", "S@0, S@1, N×2, N", "S×4, N×2"),
            ("NNS", "N×2, S", "N×2, N×2, S", "N×2"),
            ("SNS", "S×3, N, S", "S@0, N, S", "S×3, N, S"),
            ("SSN", "S×3, N", "S@0, S@1, N", "S×3"),
            ("NSSN", "N, S×2, N", "N, S@1, S@2, N", "N, S×2"),
        ] {
            assert_eq!(
                runs(Dialect::Qemu10_0, true, pattern),
                compressed_10,
                "{pattern}"
            );
            assert_eq!(
                runs(Dialect::Qemu10_0, false, pattern),
                plain_10,
                "{pattern}"
            );
            assert_eq!(
                runs(Dialect::Qemu11_1, true, pattern),
                compressed_11,
                "{pattern}"
            );
        }
    }

    #[test]
    fn arrays_without_pointers() {
        assert_eq!(runs(Dialect::Qemu7_2, true, "SSS"), "S×3");
        assert_eq!(runs(Dialect::Qemu7_2, false, "SSS"), "S@0, S@1, S@2");
        assert_eq!(runs(Dialect::Qemu10_0, false, "SSS"), "S@0, S@1, S");
        assert_eq!(runs(Dialect::Qemu11_1, false, "SSS"), "S, S, S");
        assert_eq!(runs(Dialect::Qemu7_2, true, "S"), "S");
    }
}
