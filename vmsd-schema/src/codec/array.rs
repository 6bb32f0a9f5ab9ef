//! Arrays and owned pointers: no bytes of their own (`VMS_ARRAY`, `VMS_POINTER`).

use std::marker::PhantomData;

use crate::error::Result;
use crate::schema::{Count, Shape};
use crate::vmstate::{Codec, Describer, Field, Loader};
use crate::wire::Writer;

/// Elements one after the other. An array of arrays is flat on the wire and in the description.
#[derive(Debug)]
pub struct Each<C>(PhantomData<C>);

impl<T: Field, const N: usize> Field for [T; N] {
    type Codec = Each<T::Codec>;
}

impl<T, C: Codec<T>> Codec<[T]> for Each<C> {
    const COMPRESSIBLE: bool = C::COMPRESSIBLE;
    const NESTS: bool = C::NESTS;
    const POINTERS: bool = C::POINTERS;

    fn shape() -> Shape {
        C::shape()
    }

    fn count() -> Count {
        Count::Unknown
    }

    #[inline]
    fn save(values: &mut [T], writer: &mut Writer) -> Result<()> {
        C::save_all(values, writer)
    }

    #[inline]
    fn load(values: &mut [T], loader: &mut Loader<'_>) -> Result<()> {
        C::load_all(values, loader)
    }

    fn describe(values: &mut [T], describer: &mut Describer) -> Result<()> {
        describer.array::<T, C>(values)
    }
}

impl<T, C: Codec<T>, const N: usize> Codec<[T; N]> for Each<C> {
    const MIN_SIZE: usize = C::MIN_SIZE * N;
    const COMPRESSIBLE: bool = C::COMPRESSIBLE;
    const NESTS: bool = C::NESTS;
    const POINTERS: bool = C::POINTERS;

    fn shape() -> Shape {
        C::shape()
    }

    fn count() -> Count {
        match C::count() {
            Count::One => Count::Fixed(N as u64),
            Count::Fixed(inner) => Count::Fixed(inner * N as u64),
            other => other,
        }
    }

    #[inline]
    fn save(values: &mut [T; N], writer: &mut Writer) -> Result<()> {
        C::save_all(values, writer)
    }

    #[inline]
    fn load(values: &mut [T; N], loader: &mut Loader<'_>) -> Result<()> {
        C::load_all(values, loader)
    }

    fn describe(values: &mut [T; N], describer: &mut Describer) -> Result<()> {
        <Self as Codec<[T]>>::describe(values, describer)
    }

    /// Rows of a matrix: their elements are counted on through all of it.
    fn load_all(rows: &mut [[T; N]], loader: &mut Loader<'_>) -> Result<()> {
        if C::NESTS {
            let field = loader.position();
            for (index, row) in rows.iter_mut().enumerate() {
                loader.element(field, index * N);
                Self::load(row, loader).map_err(|error| error.inside_index(index))?;
            }
            return Ok(());
        }
        C::load_all(rows.as_flattened_mut(), loader)
    }

    fn save_all(rows: &mut [[T; N]], writer: &mut Writer) -> Result<()> {
        C::save_all(rows.as_flattened_mut(), writer)
    }
}

/// A pointer that is never NULL: what it points to.
#[derive(Debug)]
pub struct Boxed<C>(PhantomData<C>);

impl<T: Field> Field for Box<T> {
    type Codec = Boxed<T::Codec>;
}

impl<T: ?Sized, C: Codec<T>> Codec<Box<T>> for Boxed<C> {
    const MIN_SIZE: usize = C::MIN_SIZE;
    const COMPRESSIBLE: bool = C::COMPRESSIBLE;
    const NESTS: bool = C::NESTS;
    const POINTERS: bool = C::POINTERS;

    fn shape() -> Shape {
        C::shape()
    }

    fn count() -> Count {
        C::count()
    }

    #[inline]
    fn save(value: &mut Box<T>, writer: &mut Writer) -> Result<()> {
        C::save(value, writer)
    }

    #[inline]
    fn load(value: &mut Box<T>, loader: &mut Loader<'_>) -> Result<()> {
        C::load(value, loader)
    }

    fn describe(value: &mut Box<T>, describer: &mut Describer) -> Result<()> {
        C::describe(value, describer)
    }
}
