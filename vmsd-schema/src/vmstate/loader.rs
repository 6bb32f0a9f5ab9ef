//! The walk that reads (`vmstate_load_state`, `vmstate_subsection_load`).

use std::ops::{Deref, DerefMut};

use super::{check_version, Codec, Counted, Elements, FieldMeta, Length, Unit, Visitor, VmState};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_DEPTH, MAX_ITEMS_PER_BYTE};
use crate::schema::dialect::MARKER;
use crate::schema::{Body, Description, FieldEntry};
use crate::wire::{marker, Reader};

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

/// Reads fields off a [`Reader`], which it lends to codecs.
#[derive(Debug)]
pub struct Loader<'a> {
    reader: Reader<'a>,
    mode: Mode,
    /// The description of the vmsd that is being read.
    hint: Option<&'a Description>,
    position: Position,
    depth: usize,
    version: u32,
    notes: Vec<Note>,
}

/// The field, and the element of it, that is being read: what a nested description's hint is looked up by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    /// None without a hint.
    field: Option<&'static FieldMeta>,
    element: usize,
}

impl<'a> Deref for Loader<'a> {
    type Target = Reader<'a>;

    #[inline]
    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}

impl DerefMut for Loader<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.reader
    }
}

impl<'a> Loader<'a> {
    /// A loader at the reader's next byte.
    #[must_use]
    pub fn new(reader: Reader<'a>, mode: Mode) -> Self {
        Self {
            reader,
            mode,
            hint: None,
            position: Position::default(),
            depth: 0,
            version: 0,
            notes: Vec::new(),
        }
    }

    /// With the stream's own description of the body that comes next.
    #[must_use]
    pub fn with_hint(mut self, hint: Option<&'a Description>) -> Self {
        self.hint = hint;
        self
    }

    /// The mode.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What was adopted so far.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The cursor, as far as it got.
    #[must_use]
    pub fn into_reader(self) -> Reader<'a> {
        self.reader
    }

    /// Ends a load that must consume everything.
    ///
    /// # Errors
    /// [`ErrorKind::Framing`] if bytes are left.
    pub fn finish(&self) -> Result<()> {
        match self.reader.remaining() {
            0 => Ok(()),
            left => Err(self
                .reader
                .error(ErrorKind::Framing, format!("{left} bytes are left over"))),
        }
    }

    /// Compares a loaded value with the destination's own, or adopts it. `check` words the refusal.
    ///
    /// # Errors
    /// [`ErrorKind::Mismatch`] in [`Mode::Load`].
    pub fn expect(
        &mut self,
        offset: u64,
        matches: bool,
        check: impl FnOnce() -> String,
    ) -> Result<()> {
        match self.mode {
            _ if matches => Ok(()),
            Mode::Load => Err(Error::at(ErrorKind::Mismatch, offset, check())),
            Mode::Inspect => {
                self.notes.push(Note {
                    offset,
                    message: check(),
                });
                Ok(())
            }
        }
    }

    /// Hooks, fields, subsections.
    #[inline]
    pub(crate) fn vmsd<S: VmState>(&mut self, state: &mut S, version: u32) -> Result<()> {
        check_version::<S>(version).map_err(|error| error.or_at(self.reader.offset()))?;
        state
            .hook_pre_load()
            .map_err(|error| error.or_at(self.reader.offset()).inside("pre_load"))?;
        state.visit(self, version)?;
        if self.reader.peek() == Some(marker::SUBSECTION) {
            self.subsections(state)?;
        }
        state
            .hook_post_load(version)
            .map_err(|error| error.or_at(self.reader.offset()).inside("post_load"))
    }

    /// A struct inside the current field, with the part of the hint that describes it.
    #[inline]
    pub fn nested<S: VmState>(&mut self, state: &mut S, version: u32) -> Result<()> {
        if self.depth == MAX_DEPTH {
            return Err(self.reader.error(
                ErrorKind::Limit,
                format!("descriptions nest deeper than {MAX_DEPTH}"),
            ));
        }
        self.depth += 1;
        let outer = (self.hint, self.position);
        if self.hint.is_some() {
            self.hint = self.position_hint();
        }
        let result = self.vmsd(state, version);
        (self.hint, self.position) = outer;
        self.depth -= 1;
        result
    }

    /// Where the loader stands in the hint; codecs of several elements hand it back with each.
    #[inline]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The next element of `field` is number `index`.
    #[inline]
    pub fn element(&mut self, field: Position, index: usize) {
        self.position = Position {
            element: field.element + index,
            ..field
        };
    }

    /// The size of the field that is being read, if there is no destination and the stream's description tells it:
    /// what a codec goes by whose length is never sent. Only for a codec that says it nests.
    #[must_use]
    pub fn described_size(&self) -> Option<u64> {
        let hint = self.hint.filter(|_| self.mode == Mode::Inspect)?;
        let field = self.position.field?;
        let mut entries = hint.fields.iter();
        let entry = entries.find(|entry| field.is_called(&entry.name))?;
        Some(entry.size)
    }

    #[inline]
    fn start_of(&self, meta: &'static FieldMeta) -> Position {
        let field = self.hint.is_some().then_some(meta);
        Position { field, element: 0 }
    }

    fn position_hint(&self) -> Option<&'a Description> {
        let Position { field, mut element } = self.position;
        let field = field?;
        for entry in self
            .hint?
            .fields
            .iter()
            .filter(|entry| field.is_called(&entry.name))
        {
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

    /// The look-ahead after every description's fields.
    #[cold]
    fn subsections<S: VmState>(&mut self, state: &mut S) -> Result<()> {
        while let Some(name) = self.next_subsection::<S>() {
            let Some(index) = S::SUBSECTIONS
                .iter()
                .position(|known| known.as_bytes() == name)
            else {
                let name = String::from_utf8_lossy(name);
                return Err(self.reader.error(
                    ErrorKind::Unknown,
                    format!("VM subsection '{name}' in '{}' does not exist", S::NAME),
                ));
            };
            self.reader.skip(2 + name.len())?;
            // QEMU keeps the version in a byte: 257 loads as 1.
            self.version = self.reader.u32()? & 0xff;
            state.visit_subsection(self, index)?;
        }
        Ok(())
    }

    /// QEMU does not see a subsection whose name does not start with its parent's, and fails at its bytes. A reader
    /// without a destination knows better.
    fn next_subsection<S: VmState>(&self) -> Option<&'a [u8]> {
        let foreign = || {
            let name = announced_name(&self.reader)?;
            let mut known = S::SUBSECTIONS.iter();
            known.any(|known| known.as_bytes() == name).then_some(name)
        };
        match (subsection_name(&self.reader, S::NAME), self.mode) {
            (None, Mode::Inspect) => foreign(),
            (name, _) => name,
        }
    }

    fn entries(&self, meta: &FieldMeta) -> Option<Vec<&'a FieldEntry>> {
        let hint = self.hint?;
        Some(
            hint.fields
                .iter()
                .filter(|entry| meta.is_called(&entry.name))
                .collect(),
        )
    }
}

/// The name of the subsection of `parent` that comes next, if one does (`vmstate_subsection_load`): byte 05, a
/// length above the parent's, and a name that starts with the parent's. Anything else ends the parent.
#[must_use]
pub fn subsection_name<'a>(reader: &Reader<'a>, parent: &str) -> Option<&'a [u8]> {
    let name = announced_name(reader)?;
    (name.len() > parent.len() && name.starts_with(parent.as_bytes())).then_some(name)
}

/// Byte 05 and a counted string.
fn announced_name<'a>(reader: &Reader<'a>) -> Option<&'a [u8]> {
    let mut ahead = reader.clone();
    if ahead.u8().ok()? != marker::SUBSECTION {
        return None;
    }
    ahead.counted_bytes().ok()
}

impl Visitor for Loader<'_> {
    #[inline]
    fn field<T: ?Sized, C: Codec<T>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut T,
    ) -> Result<()> {
        if C::NESTS {
            self.position = self.start_of(meta);
        }
        C::load(value, self).map_err(|error| error.or_at(self.reader.offset()).inside(meta.name))
    }

    #[inline]
    fn counted<E: Elements, C: Codec<[E::Item]>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut E,
        count: Counted,
        item_size: usize,
    ) -> Result<()> {
        self.position = self.start_of(meta);
        let mut load = || {
            let items = count.items()?;
            let limit = value.limit();
            if items > limit {
                let message = format!("{count}, and the field holds {limit} at most");
                return Err(self.reader.error(ErrorKind::Count, message));
            }
            let left = self.reader.remaining();
            let most = match item_size {
                0 => left.saturating_add(1).saturating_mul(MAX_ITEMS_PER_BYTE),
                size => left / size,
            };
            if items > most {
                let message = format!("{count}, and {left} bytes of input are left");
                return Err(self.reader.error(ErrorKind::Count, message));
            }
            value.prepare(items);
            C::load(super::saver::first(value, count)?, self)
        };
        load().map_err(|error| error.or_at(self.reader.offset()).inside(meta.name))
    }

    fn subsection<S: VmState + Default>(&mut self, slot: &mut Option<S>) -> Result<()> {
        let state = slot.get_or_insert_with(S::default);
        let version = self.version;
        let outer = (self.hint, self.position);
        self.hint = self.hint.and_then(|hint| hint.subsection(S::NAME));
        let result = if self.depth == MAX_DEPTH {
            Err(self.reader.error(
                ErrorKind::Limit,
                format!("descriptions nest deeper than {MAX_DEPTH}"),
            ))
        } else {
            self.depth += 1;
            let result = self.vmsd(state, version);
            self.depth -= 1;
            result
        };
        (self.hint, self.position) = outer;
        result.map_err(|error| error.inside(S::NAME))
    }

    fn fact(&mut self, meta: &'static FieldMeta, fact: &mut bool) {
        if self.mode == Mode::Inspect {
            if let Some(entries) = self.entries(meta) {
                *fact = !entries.is_empty();
            }
        }
    }

    fn length<L: Length>(
        &mut self,
        meta: &'static FieldMeta,
        unit: Unit,
        times: u32,
        length: &mut L,
    ) {
        if self.mode == Mode::Load {
            return;
        }
        let Some(entries) = self.entries(meta) else {
            return;
        };
        let total: u64 = match unit {
            Unit::Elements => entries.iter().map(|entry| entry.count()).sum(),
            Unit::Markers => entries
                .iter()
                .filter(|entry| entry.type_name == MARKER)
                .map(|entry| entry.count())
                .sum(),
            Unit::Bytes => entries.iter().map(|entry| entry.size).sum(),
            Unit::Bits => entries
                .iter()
                .map(|entry| entry.size.saturating_mul(8))
                .sum(),
        };
        *length = L::from_u64(total / u64::from(times.max(1)));
    }

    #[inline]
    fn mark(&self) -> Option<u64> {
        Some(self.reader.offset())
    }
}
