//! The walk that reads (`vmstate_load_state`).

mod fields;
mod subsections;

use std::ops::{Deref, DerefMut};
use subsections::none_known;

use super::identity::Identity;
use super::inspection::Inspection;
use super::{FieldMeta, VmState};
use super::{Mode, Note, Position};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_DEPTH;
use crate::wire::{marker, Reader};

pub use subsections::subsection_name;

/// Reads fields off a [`Reader`], which it lends to codecs.
///
/// It is small, and what errors need is handed on by value, so that a load compiles to a plain loop over the bytes.
#[derive(Debug)]
pub struct Loader<'a> {
    reader: Reader<'a>,
    /// None is [`Mode::Load`].
    inspection: Option<&'a mut Inspection<'a>>,
    depth: usize,
    /// Of the subsection that comes next.
    version: u32,
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
    /// A loader at the reader's next byte: [`Mode::Load`].
    #[inline]
    #[must_use]
    pub fn new(reader: Reader<'a>) -> Self {
        Self {
            reader,
            inspection: None,
            depth: 0,
            version: 0,
        }
    }

    /// A loader without a destination, at the reader's next byte: [`Mode::Inspect`].
    #[must_use]
    pub fn inspect(reader: Reader<'a>, inspection: &'a mut Inspection<'a>) -> Self {
        Self {
            inspection: Some(inspection),
            ..Self::new(reader)
        }
    }

    /// The mode.
    #[inline]
    #[must_use]
    pub fn mode(&self) -> Mode {
        match self.inspection {
            None => Mode::Load,
            Some(_) => Mode::Inspect,
        }
    }

    /// How many lengths came that are never sent and that no description told.
    pub(crate) fn untold_lengths(&self) -> usize {
        let inspection = self.inspection.as_deref();
        inspection.map_or(0, Inspection::untold)
    }

    /// What was adopted so far.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        match &self.inspection {
            None => &[],
            Some(inspection) => &inspection.notes,
        }
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
    #[inline]
    pub fn finish(&self) -> Result<()> {
        match self.reader.remaining() {
            0 => Ok(()),
            left => Err(left_over(self.reader.offset(), left)),
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
        match &mut self.inspection {
            _ if matches => Ok(()),
            None => Err(Error::at(ErrorKind::Mismatch, offset, check())),
            Some(inspection) => {
                let message = check();
                inspection.notes.push(Note { offset, message });
                Ok(())
            }
        }
    }

    /// Loads a description that stands in no other. An error without a place happened where the walk stopped.
    #[inline]
    pub(crate) fn vmsd<S: VmState>(&mut self, state: &mut S, version: u32) -> Result<()> {
        let checked = Identity::of::<S>().check(version);
        checked
            .and_then(|()| self.walk(state, version))
            .map_err(|error| placed(error, self.reader.offset()))
    }

    /// Hooks, fields, subsections.
    #[inline(always)]
    fn walk<S: VmState>(&mut self, state: &mut S, version: u32) -> Result<()> {
        state
            .hook_pre_load()
            .map_err(|error| error.inside("pre_load"))?;
        self.apart(|own| state.visit(own, version))?;
        if self.reader.peek() == Some(marker::SUBSECTION) {
            if S::SUBSECTIONS.is_empty() {
                none_known(self.reader.rest(), self.reader.offset(), S::NAME)?;
            } else {
                self.apart(|own| own.subsections(state))?;
            }
        }
        state
            .hook_post_load(version)
            .map_err(|error| error.inside("post_load"))
    }

    /// Walks through a copy that only the walk sees: while no call takes the address of a loader, its cursor stays in
    /// registers, and a load is a plain loop over the bytes.
    #[inline(always)]
    fn apart(&mut self, walk: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        let mut own = Self {
            reader: self.reader.clone(),
            inspection: self.inspection.take(),
            ..*self
        };
        let result = walk(&mut own);
        *self = own;
        result
    }

    /// A struct inside the current field, with the part of the hint that describes it.
    #[inline]
    pub fn nested<S: VmState>(&mut self, state: &mut S, version: u32) -> Result<()> {
        self.inside(state, version, None)
    }

    /// A description inside the current one, where that has a field or a subsection of it. Its code stands once, however
    /// many contain it.
    #[inline(never)]
    fn inside<S: VmState>(
        &mut self,
        state: &mut S,
        version: u32,
        subsection: Option<&'static str>,
    ) -> Result<()> {
        self.enter(Identity::of::<S>(), version, subsection)?;
        let result = self.walk(state, version);
        self.leave();
        result
    }

    #[inline(never)]
    fn enter(
        &mut self,
        identity: &'static Identity,
        version: u32,
        subsection: Option<&'static str>,
    ) -> Result<()> {
        identity.check(version)?;
        if self.depth == MAX_DEPTH {
            return Err(too_deep(self.reader.offset()));
        }
        self.depth += 1;
        if let Some(inspection) = &mut self.inspection {
            inspection.enter(subsection);
        }
        Ok(())
    }

    #[inline(never)]
    fn leave(&mut self) {
        self.depth -= 1;
        if let Some(inspection) = &mut self.inspection {
            inspection.leave();
        }
    }

    /// Where the loader stands in the hint; codecs of several elements hand it back with each.
    #[inline]
    pub fn position(&self) -> Position {
        match &self.inspection {
            None => Position::default(),
            Some(inspection) => inspection.position,
        }
    }

    /// The next element of `field` is number `index`.
    #[inline]
    pub fn element(&mut self, field: Position, index: usize) {
        if let Some(inspection) = &mut self.inspection {
            inspection.position = field.element(index);
        }
    }

    /// The size of the field that is being read, if there is no destination and the stream's description tells it:
    /// what a codec goes by whose length is never sent. Only for a codec that says it nests.
    #[must_use]
    pub fn described_size(&self) -> Option<u64> {
        self.inspection.as_ref()?.field_size()
    }

    /// Reads the next `size` bytes with the first of `forms` that takes all of them: what a codec does whose layout depends
    /// on facts that are never sent, where the stream's description tells how long the field is.
    ///
    /// # Errors
    /// That of the first of `forms`.
    pub fn first_that_fits<S: VmState>(
        &mut self,
        size: u64,
        forms: impl IntoIterator<Item = S>,
    ) -> Result<S> {
        let window = self
            .reader
            .window(usize::try_from(size).unwrap_or(usize::MAX))?;
        let mut first = None;
        for mut form in forms {
            let mut inspection = Inspection::default();
            let mut inner = match self.mode() {
                Mode::Load => Loader::new(window.clone()),
                Mode::Inspect => Loader::inspect(window.clone(), &mut inspection),
            };
            inner.depth = self.depth;
            let loaded = inner.nested(&mut form, S::VERSION);
            match loaded.and_then(|()| inner.finish()) {
                Ok(()) => {
                    if let Some(inspection) = &mut self.inspection {
                        inspection.notes.extend_from_slice(inner.notes());
                    }
                    return Ok(form);
                }
                Err(error) => {
                    let error = error.or_at(inner.offset());
                    first = first.or(Some(error));
                }
            }
        }
        let none = || window.error(ErrorKind::Unsupported, "the field has no known form");
        Err(first.unwrap_or_else(none))
    }

    #[inline]
    fn start(&mut self, meta: &'static FieldMeta) {
        if let Some(inspection) = &mut self.inspection {
            inspection.position = Position::start_of(meta);
        }
    }
}

#[cold]
#[inline(never)]
fn placed(error: Error, offset: u64) -> Error {
    error.or_at(offset)
}

#[cold]
fn left_over(offset: u64, left: usize) -> Error {
    Error::at(
        ErrorKind::Framing,
        offset,
        format!("{left} bytes are left over"),
    )
}

#[cold]
fn too_deep(offset: u64) -> Error {
    let message = format!("descriptions nest deeper than {MAX_DEPTH}");
    Error::at(ErrorKind::Limit, offset, message)
}
