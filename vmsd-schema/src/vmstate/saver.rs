//! The walk that writes (`vmstate_save_state_v`, `vmstate_subsection_save`).

use super::identity::Identity;
use super::{Codec, Counted, Elements, FieldMeta, Visitor, VmState};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::{marker, Writer};

/// Writes the fields it is shown.
#[derive(Debug)]
pub struct Saver<'w> {
    writer: &'w mut Writer,
}

impl<'w> Saver<'w> {
    /// A saver that appends to `writer`.
    pub fn new(writer: &'w mut Writer) -> Self {
        Self { writer }
    }

    /// Hooks, fields, subsections.
    #[inline]
    pub(crate) fn vmsd<S: VmState>(&mut self, state: &mut S, version: u32) -> Result<()> {
        Identity::of::<S>().check(version)?;
        state
            .hook_pre_save()
            .map_err(|error| error.inside("pre_save"))?;
        let result = visit_all(state, self, version);
        state.hook_post_save();
        result
    }
}

/// Fields, then subsections. Whatever comes of it, `post_save` follows: it may undo what `pre_save` did.
#[inline]
pub(super) fn visit_all<S: VmState, V: Visitor>(
    state: &mut S,
    visitor: &mut V,
    version: u32,
) -> Result<()> {
    state.visit(visitor, version)?;
    for index in 0..S::SUBSECTIONS.len() {
        state.visit_subsection(visitor, index)?;
    }
    Ok(())
}

impl Visitor for Saver<'_> {
    #[inline]
    fn field<T: ?Sized, C: Codec<T>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut T,
    ) -> Result<()> {
        C::save(value, self.writer).map_err(|error| inside(error, meta))
    }

    #[inline]
    fn counted<E: Elements, C: Codec<[E::Item]>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut E,
        count: Counted,
        _item_size: usize,
    ) -> Result<()> {
        let mut save = || C::save(first(value, count)?, self.writer);
        save().map_err(|error| inside(error, meta))
    }

    fn subsection<S: VmState + Default>(&mut self, slot: &mut Option<S>) -> Result<()> {
        let Some(state) = slot else { return Ok(()) };
        subsection_header(self.writer, S::NAME, S::VERSION)?;
        self.vmsd(state, S::VERSION)
            .map_err(|error| error.inside(S::NAME))
    }
}

/// What a field adds to its error.
#[cold]
#[inline(never)]
fn inside(error: Error, meta: &'static FieldMeta) -> Error {
    error.inside(meta.name)
}

/// The items of a counted field that is about to be written.
#[inline]
pub(super) fn first<E: Elements>(value: &mut E, count: Counted) -> Result<&mut [E::Item]> {
    let items = held(count, value.capacity())?;
    Ok(value.first(items).unwrap_or_default())
}

/// How many items there are, if the field holds so many.
#[inline(never)]
fn held(count: Counted, capacity: usize) -> Result<usize> {
    let items = count.items()?;
    if items <= capacity {
        return Ok(items);
    }
    let message = format!("{count}, and the field holds {capacity}");
    Err(Error::new(ErrorKind::Count, message))
}

/// `05`, counted name, be32 version.
pub(super) fn subsection_header(writer: &mut Writer, name: &str, version: u32) -> Result<()> {
    writer.u8(marker::SUBSECTION);
    writer.counted_string(name)?;
    writer.u32(version);
    Ok(())
}
