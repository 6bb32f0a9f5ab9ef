//! A description inside a description. There is no version on the wire: a `struct` is written and read at its own
//! current version, a `vstruct` at a pinned one (`VMS_STRUCT`, `VMS_VSTRUCT`, `vmstate_info_tmp`).

use crate::error::Result;
use crate::schema::Shape;
use crate::vmstate::{Codec, Describer, Loader, VmState};
use crate::wire::Writer;

/// A struct at its own version.
#[derive(Debug)]
pub enum Nested {}

impl<S: VmState> Codec<S> for Nested {
    const MIN_SIZE: usize = S::MIN_SIZE;
    const COMPRESSIBLE: bool = S::COMPRESSIBLE;
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::Struct(Box::new(S::schema()))
    }

    /// The code of a description inside others stands once, however many contain it.
    #[inline(never)]
    fn save(value: &mut S, writer: &mut Writer) -> Result<()> {
        value.save(writer, S::VERSION)
    }

    #[inline]
    fn load(value: &mut S, loader: &mut Loader<'_>) -> Result<()> {
        loader.nested(value, S::VERSION)
    }

    fn describe(value: &mut S, describer: &mut Describer) -> Result<()> {
        describer.structure(value)
    }
}

/// A struct at version `V`.
#[derive(Debug)]
pub enum VStruct<const V: u32> {}

impl<S: VmState, const V: u32> Codec<S> for VStruct<V> {
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::VStruct(Box::new(S::schema()), V)
    }

    fn save(value: &mut S, writer: &mut Writer) -> Result<()> {
        value.save(writer, V)
    }

    fn load(value: &mut S, loader: &mut Loader<'_>) -> Result<()> {
        loader.nested(value, V)
    }

    fn describe(value: &mut S, describer: &mut Describer) -> Result<()> {
        describer.inline("vstruct", |describer| {
            let (description, value) = describer.vmsd(value, V)?;
            Ok((vec![description], value))
        })
    }
}

/// A struct that exists only while it migrates: `pre_save` fills it, `post_load` takes it apart
/// (`VMSTATE_WITH_TMP`). It loads at version `V`, or its own if that is 0, and is
/// saved at its own.
#[derive(Debug)]
pub enum Tmp<const V: u32> {}

impl<S: VmState, const V: u32> Codec<S> for Tmp<V> {
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::List {
            type_name: "tmp".to_owned(),
            entry: vec![S::schema()],
        }
    }

    fn save(value: &mut S, writer: &mut Writer) -> Result<()> {
        value.save(writer, S::VERSION)
    }

    fn load(value: &mut S, loader: &mut Loader<'_>) -> Result<()> {
        loader.nested(value, version_or_own::<S>(V))
    }

    fn describe(value: &mut S, describer: &mut Describer) -> Result<()> {
        describer.inline("tmp", |describer| {
            let (description, value) = describer.vmsd(value, S::VERSION)?;
            Ok((vec![description], value))
        })
    }
}

/// The version at which a list's elements load: the field's, or their own where the field has none.
pub(super) fn version_or_own<S: VmState>(version: u32) -> u32 {
    match version {
        0 => S::VERSION,
        pinned => pinned,
    }
}
