//! Loading without a destination: what a stream's own description tells, and what was adopted.

use super::{FieldMeta, Unit};
use crate::schema::dialect::MARKER;
use crate::schema::{Body, Description, FieldEntry};

/// Whether there is a destination that the stream must fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// QEMU's contract: values that must be equal are compared with those already there, the destination's own
    /// facts decide lengths, predicates and NULLs.
    Load,
    /// Reading a stream for its own sake: such checks adopt the wire's value and are noted, such facts come from
    /// the stream's description if there is one.
    Inspect,
}

/// Something that QEMU would compare with its own state, adopted in [`Mode::Inspect`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where the value stands in the input.
    pub offset: u64,
    /// What was adopted.
    pub message: String,
}

/// The field, and the element of it, that is being read: what a nested description's hint is looked up by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    /// None without a hint.
    field: Option<&'static FieldMeta>,
    element: usize,
}

impl Position {
    #[inline]
    pub(super) fn start_of(meta: &'static FieldMeta) -> Self {
        Self {
            field: Some(meta),
            element: 0,
        }
    }

    #[inline]
    pub(super) fn element(self, index: usize) -> Self {
        Self {
            element: self.element + index,
            ..self
        }
    }
}

/// What a [`super::Loader`] knows and finds in [`Mode::Inspect`].
#[derive(Debug, Default)]
pub struct Inspection<'a> {
    /// The description of the vmsd that is being read.
    pub(super) hint: Option<&'a Description>,
    pub(super) position: Position,
    /// Of the descriptions around it, outermost first.
    outer: Vec<(Option<&'a Description>, Position)>,
    pub(super) notes: Vec<Note>,
    /// Lengths that nobody told so far, and the value to take for one of them.
    untold: usize,
    assumed: Option<(usize, u64)>,
}

impl<'a> Inspection<'a> {
    /// With the stream's own description of the body that comes next.
    #[must_use]
    pub fn of(hint: Option<&'a Description>) -> Self {
        Self {
            hint,
            ..Self::default()
        }
    }

    /// Without a description: the value to take for the length that has this number among those that are never sent.
    pub(crate) fn assuming(self, assumed: Option<(usize, u64)>) -> Self {
        Self { assumed, ..self }
    }

    pub(super) fn untold(&self) -> usize {
        self.untold
    }

    /// What was assumed of the length that comes next.
    pub(super) fn assumed(&mut self) -> Option<u64> {
        if self.hint.is_some() {
            return None;
        }
        let place = self.untold;
        self.untold += 1;
        let (_, value) = self.assumed.filter(|(assumed, _)| *assumed == place)?;
        Some(value)
    }

    /// Goes on with the description of the struct at the present position, or with that of a subsection.
    #[cold]
    #[inline(never)]
    pub(super) fn enter(&mut self, subsection: Option<&'static str>) {
        self.outer.push((self.hint, self.position));
        self.hint = match subsection {
            None => self.structure(),
            Some(name) => self.hint.and_then(|hint| hint.subsection(name)),
        };
    }

    /// Goes back to the description around this one.
    #[cold]
    #[inline(never)]
    pub(super) fn leave(&mut self) {
        if let Some(outer) = self.outer.pop() {
            (self.hint, self.position) = outer;
        }
    }

    /// The described size of the field at the present position.
    pub(super) fn field_size(&self) -> Option<u64> {
        let entry = self.entries(self.position.field?)?.next()?;
        Some(entry.size)
    }

    /// Whether the field is there.
    pub(super) fn describes(&self, meta: &'static FieldMeta) -> Option<bool> {
        Some(self.entries(meta)?.next().is_some())
    }

    /// How many of `unit` the field has.
    pub(super) fn total(&self, meta: &'static FieldMeta, unit: Unit) -> Option<u64> {
        let one = |entry: &FieldEntry| match unit {
            Unit::Elements => entry.count(),
            Unit::Markers if entry.type_name == MARKER => entry.count(),
            Unit::Markers => 0,
            Unit::Bytes => entry.size,
            Unit::Bits => entry.size.saturating_mul(8),
        };
        let entries = self.entries(meta)?;
        Some(entries.fold(0, |sum, entry| sum.saturating_add(one(entry))))
    }

    fn structure(&self) -> Option<&'a Description> {
        let Position { field, mut element } = self.position;
        for entry in self.entries(field?)? {
            if let Body::Inline(descriptions) = &entry.body {
                if descriptions.len() > 1 {
                    return descriptions.get(element);
                }
            }
            let count = usize::try_from(entry.count()).unwrap_or(usize::MAX);
            if element < count {
                return entry.structure();
            }
            element -= count;
        }
        None
    }

    fn entries(&self, meta: &'static FieldMeta) -> Option<impl Iterator<Item = &'a FieldEntry>> {
        let entries = self.hint?.fields.iter();
        Some(entries.filter(|entry| meta.is_called(&entry.name)))
    }
}
