//! Pointers that may be NULL, as elements of an array (`VMS_ARRAY_OF_POINTER`, `vmstate_info_nullptr`).

use std::marker::PhantomData;

use crate::error::{Error, ErrorKind, Result};
use crate::schema::Shape;
use crate::vmstate::{Codec, Describer, Field, Loader, Mode};
use crate::wire::marker::{NULL_POINTER, VALID_POINTER};
use crate::wire::Writer;

/// The element, or byte `'0'` for NULL. The destination decides which: the byte does not tell an element from a
/// NULL. Without a destination ([`Mode::Inspect`]) a byte `'0'` is taken for NULL.
#[derive(Debug)]
pub struct Nullable<C>(PhantomData<C>);

impl<T: Field + Default> Field for Option<Box<T>> {
    type Codec = Nullable<T::Codec>;
}

impl<T: Default, C: Codec<T>> Codec<Option<Box<T>>> for Nullable<C> {
    const MIN_SIZE: usize = 1;
    const COMPRESSIBLE: bool = C::COMPRESSIBLE;
    const NESTS: bool = C::NESTS;
    const POINTERS: bool = true;

    fn shape() -> Shape {
        Shape::Pointer {
            marked: false,
            to: Box::new(C::shape()),
        }
    }

    fn save(value: &mut Option<Box<T>>, writer: &mut Writer) -> Result<()> {
        match value {
            Some(value) => C::save(value, writer),
            None => {
                writer.u8(NULL_POINTER);
                Ok(())
            }
        }
    }

    fn load(value: &mut Option<Box<T>>, loader: &mut Loader<'_>) -> Result<()> {
        if loader.mode() == Mode::Inspect {
            let null = loader.peek() == Some(NULL_POINTER);
            *value = (!null).then(|| value.take().unwrap_or_default());
        }
        match value {
            Some(value) => C::load(value, loader),
            None => match loader.u8()? {
                NULL_POINTER => Ok(()),
                other => Err(unexpected(loader, other)),
            },
        }
    }

    fn describe(value: &mut Option<Box<T>>, describer: &mut Describer) -> Result<()> {
        match value {
            Some(value) => C::describe(value, describer),
            None => {
                describer.null(type_name(&C::shape()));
                Ok(())
            }
        }
    }
}

/// A pointer that may be NULL, for the word `marked`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a pointer that may be NULL",
    label = "`marked` is for `[Option<Box<T>>; N]` and `Vec<Option<Box<T>>>`"
)]
pub trait Pointer {
    /// The encoding of what it points to.
    type Codec;
}

impl<T: Field> Pointer for Option<Box<T>> {
    type Codec = T::Codec;
}

/// `'1'` and the element, or `'0'` for NULL (11.x: `VMS_ARRAY_OF_POINTER_AUTO_ALLOC`). The wire decides.
#[derive(Debug)]
pub struct Marked<C>(PhantomData<C>);

impl<T: Default, C: Codec<T>> Codec<Option<Box<T>>> for Marked<C> {
    const MIN_SIZE: usize = 1;
    const COMPRESSIBLE: bool = false;
    const NESTS: bool = C::NESTS;

    fn shape() -> Shape {
        Shape::Pointer {
            marked: true,
            to: Box::new(C::shape()),
        }
    }

    fn save(value: &mut Option<Box<T>>, writer: &mut Writer) -> Result<()> {
        match value {
            Some(value) => {
                writer.u8(VALID_POINTER);
                C::save(value, writer)
            }
            None => {
                writer.u8(NULL_POINTER);
                Ok(())
            }
        }
    }

    fn load(value: &mut Option<Box<T>>, loader: &mut Loader<'_>) -> Result<()> {
        match loader.u8()? {
            NULL_POINTER => {
                *value = None;
                Ok(())
            }
            VALID_POINTER => C::load(value.get_or_insert_default(), loader),
            other => Err(unexpected(loader, other)),
        }
    }

    fn describe(value: &mut Option<Box<T>>, describer: &mut Describer) -> Result<()> {
        describer.marker(value.is_some());
        match value {
            Some(value) => C::describe(value, describer),
            None => Ok(()),
        }
    }
}

#[cold]
fn unexpected(loader: &Loader<'_>, marker: u8) -> Error {
    Error::at(
        ErrorKind::Marker,
        loader.offset() - 1,
        format!("unexpected ptr marker: {marker}"),
    )
}

/// The JSON type of what a pointer points to; only `struct` makes a difference.
fn type_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::Struct(_) => "struct",
        Shape::Leaf { type_name, .. } => known(type_name),
        _ => "unknown",
    }
}

fn known(type_name: &str) -> &'static str {
    const NAMES: [&str; 10] = [
        "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "timer",
    ];
    NAMES
        .into_iter()
        .find(|name| *name == type_name)
        .unwrap_or("unknown")
}
