//! What a load does with each field and subsection that it is shown.

use super::Loader;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_ITEMS_PER_BYTE;
use crate::vmstate::{Codec, Counted, Elements, FieldMeta, Length, Unit, Visitor, VmState};

impl Visitor for Loader<'_> {
    #[inline]
    fn field<T: ?Sized, C: Codec<T>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut T,
    ) -> Result<()> {
        if C::NESTS {
            self.start(meta);
        }
        C::load(value, self).map_err(|error| inside(error, meta))
    }

    #[inline]
    fn counted<E: Elements, C: Codec<[E::Item]>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut E,
        count: Counted,
        item_size: usize,
    ) -> Result<()> {
        self.start(meta);
        let mut load = || {
            let items = room(count, value.limit(), item_size, self.reader.remaining())?;
            value.prepare(items);
            C::load(value.first(items).ok_or_else(no_room)?, self)
        };
        load().map_err(|error| inside(error, meta))
    }

    fn subsection<S: VmState + Default>(&mut self, slot: &mut Option<S>) -> Result<()> {
        let version = self.version;
        let state = slot.get_or_insert_with(S::default);
        self.inside(state, version, Some(S::NAME))
            .map_err(|error| error.inside(S::NAME))
    }

    fn fact(&mut self, meta: &'static FieldMeta, fact: &mut bool) {
        if let Some(there) = self.inspection.as_ref().and_then(|i| i.describes(meta)) {
            *fact = there;
        }
    }

    fn length<L: Length>(
        &mut self,
        meta: &'static FieldMeta,
        unit: Unit,
        times: u32,
        length: &mut L,
    ) {
        let Some(inspection) = &mut self.inspection else {
            return;
        };
        if let Some(total) = inspection.total(meta, unit) {
            *length = L::from_u64(total / u64::from(times.max(1)));
        } else if let Some(assumed) = inspection.assumed() {
            *length = L::from_u64(assumed);
        }
    }

    #[inline]
    fn mark(&self) -> Option<u64> {
        Some(self.reader.offset())
    }
}

/// What a field adds to its error. It takes as little as it can: this stands behind each field of each struct.
#[cold]
#[inline(never)]
fn inside(error: Error, meta: &'static FieldMeta) -> Error {
    error.inside(meta.name)
}

#[cold]
fn no_room() -> Error {
    Error::new(ErrorKind::Count, "the field made no room for its elements")
}

/// How many items there are, if the field can hold them and the input can cover them.
#[inline(never)]
fn room(count: Counted, limit: usize, item_size: usize, left: usize) -> Result<usize> {
    let items = count.items()?;
    if items > limit {
        let message = format!("{count}, and the field holds {limit} at most");
        return Err(Error::new(ErrorKind::Count, message));
    }
    let most = match item_size {
        0 => left.saturating_add(1).saturating_mul(MAX_ITEMS_PER_BYTE),
        size => left / size,
    };
    if items > most {
        let message = format!("{count}, and {left} bytes of input are left");
        return Err(Error::new(ErrorKind::Count, message));
    }
    Ok(items)
}
