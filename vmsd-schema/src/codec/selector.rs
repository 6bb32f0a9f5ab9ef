//! An integer that chooses one of a few things: an enum in Rust, a number on the wire.

use std::fmt::Display;
use std::marker::PhantomData;

use super::Scalar;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Shape;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// An enum that stands on the wire as an `R`. `TryFrom` says which numbers there are: another one is refused with what
/// its error says.
#[derive(Debug)]
pub struct Selector<R>(PhantomData<R>);

impl<E, R> Codec<E> for Selector<R>
where
    E: Copy + Into<R> + TryFrom<R, Error: Display>,
    R: Copy + Default + Display,
    Scalar: Codec<R>,
{
    const MIN_SIZE: usize = <Scalar as Codec<R>>::MIN_SIZE;

    fn shape() -> Shape {
        <Scalar as Codec<R>>::shape()
    }

    fn save(value: &mut E, writer: &mut Writer) -> Result<()> {
        Scalar::save(&mut (*value).into(), writer)
    }

    fn load(value: &mut E, loader: &mut Loader<'_>) -> Result<()> {
        let at = loader.offset();
        let mut number = R::default();
        Scalar::load(&mut number, loader)?;
        *value = E::try_from(number).map_err(|error| {
            let message = format!("{number} selects nothing: {error}");
            Error::at(ErrorKind::Bound, at, message)
        })?;
        Ok(())
    }

    fn describe(value: &mut E, describer: &mut Describer) -> Result<()> {
        Scalar::describe(&mut (*value).into(), describer)
    }
}
