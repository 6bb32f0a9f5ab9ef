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
///
/// ```
/// use vmsd_schema::{codec, VmState};
///
/// #[derive(Clone, Copy, Debug, Default, PartialEq)]
/// enum Mode {
///     #[default]
///     Command,
///     Data,
/// }
///
/// impl From<Mode> for u32 {
///     fn from(mode: Mode) -> Self {
///         mode as Self
///     }
/// }
///
/// impl TryFrom<u32> for Mode {
///     type Error = &'static str;
///
///     fn try_from(number: u32) -> Result<Self, Self::Error> {
///         match number {
///             0 => Ok(Self::Command),
///             1 => Ok(Self::Data),
///             _ => Err("a mode is 0 or 1"),
///         }
///     }
/// }
///
/// #[derive(Default, VmState)]
/// #[vmstate(name = "display", version = 1)]
/// struct Display {
///     #[vmstate(with = codec::Selector<u32>)]
///     mode: Mode,
/// }
///
/// let mut display = Display::default();
/// vmsd_schema::load(&mut display, &[0, 0, 0, 1], 1)?;
/// assert_eq!(display.mode, Mode::Data);
/// let error = vmsd_schema::load(&mut display, &[0, 0, 0, 2], 1).unwrap_err();
/// assert_eq!(error.to_string(), "2 selects nothing: a mode is 0 or 1 (at offset 0x0, in mode)");
/// # Ok::<(), vmsd_schema::Error>(())
/// ```
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
