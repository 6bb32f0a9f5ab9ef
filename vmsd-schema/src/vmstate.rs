//! A device's state: what the derive implements, what a codec implements, and the walks over both.
//!
//! One generated function, [`VmState::visit`], names every field once, in the order of the wire. Three visitors
//! walk it: [`Loader`], the saver and the [`Describer`].

mod describer;
mod elements;
mod export;
mod field_meta;
mod identity;
mod inspection;
mod loader;
mod saver;
pub mod schema_builder;

use crate::codec::Nested;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Count, Description, Dialect, Priority, Schema, Shape};
use crate::wire::{Reader, Writer};

pub use describer::{Described, Describer, Layout};
pub use elements::{Counted, Elements, Length, Unit};
pub use export::Export;
pub use field_meta::FieldMeta;
pub use inspection::{Inspection, Mode, Note, Position};
pub use loader::{subsection_name, Loader};
pub use saver::Saver;

/// A device, or a part of one, that migrates: QEMU's `VMStateDescription` and the struct it lays out.
///
/// Derive it. Fields stand in the order of the wire; see the derive's page for the words.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a device state",
    label = "`{Self}` has no VMStateDescription",
    note = "put `#[derive(VmState)]` on `{Self}`"
)]
pub trait VmState: Field<Codec = Nested> + Sized {
    /// The description's name; of a section's idstr the last part.
    const NAME: &'static str;
    /// The version that is written, and the newest that loads.
    const VERSION: u32;
    /// The oldest version that loads.
    const MINIMUM_VERSION: u32;
    /// Names of the subsections in the order of the wire.
    const SUBSECTIONS: &'static [&'static str];
    /// Whether an array of this struct may be described by its first element (`vmsd_can_compress`).
    const COMPRESSIBLE: bool;
    /// Bytes that every value takes on the wire at least.
    const MIN_SIZE: usize;
    /// Where the section stands among the others.
    const PRIORITY: Priority = Priority::Default;
    /// Whether the section is sent during setup.
    const EARLY_SETUP: bool = false;
    /// Whether the device blocks migration.
    const UNMIGRATABLE: bool = false;
    /// Whether this stands for an old-style handler, which QEMU describes as bytes.
    const OPAQUE: bool = false;

    /// The static table. It is built anew; keep it if you need it often.
    fn schema() -> Schema;

    /// Shows every field that exists at `version` to `visitor`, in the order of the wire.
    #[doc(hidden)]
    fn visit<V: Visitor>(&mut self, visitor: &mut V, version: u32) -> Result<()>;

    /// Shows subsection number `index` to `visitor`.
    #[doc(hidden)]
    fn visit_subsection<V: Visitor>(&mut self, visitor: &mut V, index: usize) -> Result<()>;

    #[doc(hidden)]
    fn hook_pre_save(&mut self) -> Result<()> {
        Ok(())
    }

    #[doc(hidden)]
    fn hook_post_save(&mut self) {}

    #[doc(hidden)]
    fn hook_pre_load(&mut self) -> Result<()> {
        Ok(())
    }

    #[doc(hidden)]
    fn hook_post_load(&mut self, version: u32) -> Result<()> {
        let _ = version;
        Ok(())
    }

    /// Appends the body at `version` to `writer` (`vmstate_save_state_v`).
    ///
    /// # Errors
    /// [`ErrorKind::Version`] outside minimum to version, and whatever a hook or a check returns.
    #[inline]
    fn save(&mut self, writer: &mut Writer, version: u32) -> Result<()> {
        Saver::new(writer).vmsd(self, version)
    }

    /// Loads a body of `version` into this value (`vmstate_load_state`). Fields and subsections that are not there
    /// keep what they hold.
    ///
    /// After an error the value is half loaded: what stands before the failing field is the input's, what stands behind
    /// it is as it was, a list, tree or vector that failed may hold a part of its elements, and `post_load` has
    /// run only for nested descriptions and subsections that were complete. Drop it; to keep a device as it was, load into
    /// a fresh value and take that only if the load succeeds.
    ///
    /// # Errors
    /// As QEMU's, with the offset and the path of the field.
    #[inline]
    fn load(&mut self, loader: &mut Loader<'_>, version: u32) -> Result<()> {
        loader.vmsd(self, version)
    }
}

/// Loads `bytes`, all of them, as a body of `version`: QEMU's contract.
///
/// # Errors
/// As [`VmState::load`]; bytes that are left over are [`ErrorKind::Framing`].
pub fn load<S: VmState>(state: &mut S, bytes: &[u8], version: u32) -> Result<()> {
    let mut loader = Loader::new(Reader::new(bytes));
    state.load(&mut loader, version)?;
    loader.finish()
}

/// Reads `bytes`, all of them, without a destination: checks against the value already there adopt the wire's value,
/// and facts that are never sent come from `hint`, the stream's own description of these bytes.
///
/// # Errors
/// As [`load`].
pub fn inspect<S: VmState>(
    state: &mut S,
    bytes: &[u8],
    version: u32,
    hint: Option<&Description>,
) -> Result<()> {
    let mut inspection = Inspection::of(hint);
    let mut loader = Loader::inspect(Reader::new(bytes), &mut inspection);
    state.load(&mut loader, version)?;
    loader.finish()
}

/// The body of `state` at `version`.
///
/// # Errors
/// As [`VmState::save`].
pub fn save<S: VmState>(state: &mut S, version: u32) -> Result<Vec<u8>> {
    let mut writer = Writer::new();
    state.save(&mut writer, version)?;
    Ok(writer.into_bytes())
}

/// The body of `state` at `version`, its description in `dialect`, and its values by name.
///
/// # Errors
/// As [`VmState::save`].
pub fn describe<S: VmState>(state: &mut S, dialect: Dialect, version: u32) -> Result<Described> {
    Describer::new(dialect).describe(state, version)
}

/// A type with a usual encoding: what a field gets when no word names another.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no migration encoding",
    label = "not a type that QEMU's migration knows",
    note = "derive `VmState` for it, choose a codec with `#[vmstate(with = path)]`, or leave it out with `#[vmstate(skip)]`"
)]
pub trait Field {
    /// The encoding.
    type Codec: Codec<Self>;
}

/// An encoding of `T`: QEMU's `VMStateInfo`, both directions and the description in one place.
#[diagnostic::on_unimplemented(
    message = "the encoding `{Self}` does not apply to `{T}`",
    label = "`{Self}` cannot encode `{T}`"
)]
pub trait Codec<T: ?Sized> {
    /// Bytes that every value takes on the wire at least.
    const MIN_SIZE: usize = 0;
    /// Whether an array of such elements may be described by its first.
    const COMPRESSIBLE: bool = true;
    /// Whether the encoding holds described fields of its own.
    const NESTS: bool = false;
    /// Whether elements are pointers that may be NULL.
    const POINTERS: bool = false;

    /// What one element looks like.
    fn shape() -> Shape;

    /// How many elements there are, as far as the type tells.
    fn count() -> Count {
        Count::One
    }

    /// Appends `value`.
    fn save(value: &mut T, writer: &mut Writer) -> Result<()>;

    /// Loads into `value`.
    fn load(value: &mut T, loader: &mut Loader<'_>) -> Result<()>;

    /// Appends `value` and says what it is.
    fn describe(value: &mut T, describer: &mut Describer) -> Result<()>;

    /// Appends each of `values`. Scalars do it in one run.
    #[inline]
    fn save_all(values: &mut [T], writer: &mut Writer) -> Result<()>
    where
        T: Sized,
    {
        if Self::NESTS {
            return elements::save::<T, Self>(values, writer);
        }
        for (index, value) in values.iter_mut().enumerate() {
            Self::save(value, writer).map_err(|error| error.inside_index(index))?;
        }
        Ok(())
    }

    /// Loads each of `values`. Scalars do it in one run.
    #[inline]
    fn load_all(values: &mut [T], loader: &mut Loader<'_>) -> Result<()>
    where
        T: Sized,
    {
        if Self::NESTS {
            return elements::load::<T, Self>(values, loader);
        }
        for (index, value) in values.iter_mut().enumerate() {
            Self::load(value, loader).map_err(|error| error.inside_index(index))?;
        }
        Ok(())
    }
}

/// A codec that encodes `T`, as the derive names it: an error about one that does not is worded alike wherever it is
/// named, and is shown once.
#[doc(hidden)]
pub trait Applies<T: ?Sized> {
    /// The codec itself.
    type Codec: Codec<T>;
}

impl<T: ?Sized, C: Codec<T>> Applies<T> for C {
    type Codec = C;
}

/// One walk over the fields of a value, in the order of the wire.
#[doc(hidden)]
pub trait Visitor: Sized {
    /// A field, all of it.
    fn field<T: ?Sized, C: Codec<T>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut T,
    ) -> Result<()>;

    /// The first elements of a field, as many as another field says.
    fn counted<E: Elements, C: Codec<[E::Item]>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut E,
        count: Counted,
        item_size: usize,
    ) -> Result<()>;

    /// A subsection, if it is there.
    fn subsection<S: VmState + Default>(&mut self, slot: &mut Option<S>) -> Result<()>;

    /// A fact of the destination that decides whether a field exists, before it is asked.
    fn fact(&mut self, meta: &'static FieldMeta, fact: &mut bool) {
        let _ = (meta, fact);
    }

    /// A length that is never sent, before it is used.
    fn length<L: Length>(
        &mut self,
        meta: &'static FieldMeta,
        unit: Unit,
        times: u32,
        length: &mut L,
    ) {
        let _ = (meta, unit, times, length);
    }

    /// Where a field that is checked starts in the input, if there is one.
    #[inline]
    fn mark(&self) -> Option<u64> {
        None
    }

    /// Refuses a value above its bound.
    #[inline]
    fn max(
        &self,
        meta: &'static FieldMeta,
        at: Option<u64>,
        value: impl Length,
        bound: impl Length,
    ) -> Result<()> {
        let (value, bound) = (value.to_i128(), bound.to_i128());
        if (0..=bound).contains(&value) {
            return Ok(());
        }
        Err(above(meta.name, at, value, bound))
    }

    /// Refuses a value that the device's own check does not accept.
    #[inline]
    fn validate(
        &self,
        meta: &'static FieldMeta,
        at: Option<u64>,
        valid: bool,
        check: &'static str,
    ) -> Result<()> {
        if valid {
            return Ok(());
        }
        Err(invalid(meta.name, at, check))
    }
}

#[cold]
fn above(name: &'static str, at: Option<u64>, value: i128, bound: i128) -> Error {
    let message = if value < 0 {
        format!("`{name}` is {value}, and must lie between 0 and {bound}")
    } else {
        format!("`{name}` is {value}, above its bound {bound}")
    };
    placed(Error::new(ErrorKind::Bound, message), at).inside(name)
}

#[cold]
fn invalid(name: &'static str, at: Option<u64>, check: &'static str) -> Error {
    let message = format!("input validation failed: `{check}` refused the value");
    placed(Error::new(ErrorKind::Validation, message), at).inside(name)
}

fn placed(error: Error, at: Option<u64>) -> Error {
    match at {
        Some(offset) => error.or_at(offset),
        None => error,
    }
}
