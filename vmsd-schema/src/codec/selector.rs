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

/// An enum that a number of type `R` selects: one that converts into it, and from it where the number is one of its own.
#[diagnostic::on_unimplemented(
    message = "`{R}` does not select a `{Self}`",
    label = "`Selector<{R}>` cannot encode `{Self}`",
    note = "`Selector<{R}>` asks for `{Self}: Copy`, `impl From<{Self}> for {R}`, and `impl TryFrom<{R}> for {Self}` whose error can be displayed"
)]
pub trait Selects<R>: Copy {
    /// The number that selects this.
    fn number(self) -> R;

    /// What `number` selects, or what is wrong with it.
    ///
    /// # Errors
    /// A sentence about the number.
    fn selected(number: R) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<E, R> Selects<R> for E
where
    E: Copy + Into<R> + TryFrom<R, Error: Display>,
{
    fn number(self) -> R {
        self.into()
    }

    fn selected(number: R) -> Result<Self, String> {
        Self::try_from(number).map_err(|error| error.to_string())
    }
}

impl<E, R> Codec<E> for Selector<R>
where
    E: Selects<R>,
    R: Copy + Default + Display,
    Scalar: Codec<R>,
{
    const MIN_SIZE: usize = <Scalar as Codec<R>>::MIN_SIZE;

    fn shape() -> Shape {
        <Scalar as Codec<R>>::shape()
    }

    fn save(value: &mut E, writer: &mut Writer) -> Result<()> {
        Scalar::save(&mut E::number(*value), writer)
    }

    fn load(value: &mut E, loader: &mut Loader<'_>) -> Result<()> {
        let at = loader.offset();
        let mut number = R::default();
        Scalar::load(&mut number, loader)?;
        *value = E::selected(number).map_err(|wrong| {
            let message = format!("{number} selects nothing: {wrong}");
            Error::at(ErrorKind::Bound, at, message)
        })?;
        Ok(())
    }

    fn describe(value: &mut E, describer: &mut Describer) -> Result<()> {
        Scalar::describe(&mut E::number(*value), describer)
    }
}
