//! Fields whose count another field holds: the storage, the length, and where both meet.

use std::fmt;

use super::{Codec, Loader};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_ELEMENTS;
use crate::wire::Writer;

/// Appends elements that are described themselves. The loop stands once for each type of them, and is not unrolled.
#[inline(never)]
pub(super) fn save<T, C: Codec<T> + ?Sized>(values: &mut [T], writer: &mut Writer) -> Result<()> {
    for (index, value) in values.iter_mut().enumerate() {
        C::save(value, writer).map_err(|error| error.inside_index(index))?;
    }
    Ok(())
}

/// Loads elements that are described themselves.
#[inline(never)]
pub(super) fn load<T, C: Codec<T> + ?Sized>(
    values: &mut [T],
    loader: &mut Loader<'_>,
) -> Result<()> {
    let field = loader.position();
    for (index, value) in values.iter_mut().enumerate() {
        loader.element(field, index);
        C::load(value, loader).map_err(|error| error.inside_index(index))?;
    }
    Ok(())
}

/// Storage for a field whose count another field holds: the one place where a length from the wire meets capacity.
pub trait Elements {
    /// What it stores.
    type Item;

    /// How many items it can hold, whatever it holds now.
    fn limit(&self) -> usize;

    /// Makes room for `count` items that are about to be loaded; no more than [`Elements::limit`].
    fn prepare(&mut self, count: usize);

    /// The first `count` items, if there are so many.
    fn first(&mut self, count: usize) -> Option<&mut [Self::Item]>;

    /// How many items it holds.
    fn capacity(&self) -> usize;
}

impl<T, const N: usize> Elements for [T; N] {
    type Item = T;

    #[inline]
    fn limit(&self) -> usize {
        N
    }

    #[inline]
    fn prepare(&mut self, _count: usize) {}

    fn first(&mut self, count: usize) -> Option<&mut [T]> {
        self.get_mut(..count)
    }

    fn capacity(&self) -> usize {
        N
    }
}

impl<T: Default> Elements for Vec<T> {
    type Item = T;

    fn limit(&self) -> usize {
        MAX_ELEMENTS
    }

    fn prepare(&mut self, count: usize) {
        self.resize_with(count, T::default);
    }

    fn first(&mut self, count: usize) -> Option<&mut [T]> {
        self.get_mut(..count)
    }

    fn capacity(&self) -> usize {
        self.len()
    }
}

impl<E: Elements> Elements for Box<E> {
    type Item = E::Item;

    fn limit(&self) -> usize {
        (**self).limit()
    }

    fn prepare(&mut self, count: usize) {
        (**self).prepare(count);
    }

    fn first(&mut self, count: usize) -> Option<&mut [E::Item]> {
        (**self).first(count)
    }

    fn capacity(&self) -> usize {
        (**self).capacity()
    }
}

/// An integer that may say how many elements another field has.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer",
    label = "`len` and `max` compare integers"
)]
pub trait Length: Copy {
    /// The value, exactly.
    fn to_i128(self) -> i128;
    /// The value of a length that a description told; as much of it as fits.
    fn from_u64(value: u64) -> Self;
}

macro_rules! lengths {
    ($($int:ty),*) => {$(
        impl Length for $int {
            #[inline]
            fn to_i128(self) -> i128 {
                i128::from(self)
            }

            fn from_u64(value: u64) -> Self {
                Self::try_from(value).unwrap_or(Self::MAX)
            }
        }
    )*};
}
lengths!(u8, u16, u32, u64, i8, i16, i32, i64);

impl Length for usize {
    #[inline]
    fn to_i128(self) -> i128 {
        self as i128
    }

    fn from_u64(value: u64) -> Self {
        Self::try_from(value).unwrap_or(Self::MAX)
    }
}

/// What a `len` counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Elements of an array.
    Elements,
    /// Bytes of a buffer.
    Bytes,
    /// Bits of a bitmap, stored in words of 64.
    Bits,
    /// Elements of an array, each behind a marker.
    Markers,
}

/// A count that another field holds.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// The value of that field.
    pub value: i128,
    /// Its name, for the error.
    pub field: &'static str,
    /// Elements for each.
    pub times: u32,
    /// What is counted.
    pub unit: Unit,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}", self.field, self.value)?;
        match self.times {
            1 => Ok(()),
            times => write!(f, ", times {times}"),
        }
    }
}

impl Counted {
    /// The number of stored items: elements, bytes, or words of 64 bits.
    pub(super) fn items(self) -> Result<usize> {
        let count = self.value * i128::from(self.times);
        let message = match usize::try_from(count) {
            Ok(bits) if self.unit == Unit::Bits => return Ok(bits.div_ceil(64)),
            Ok(count) => return Ok(count),
            Err(_) if self.value < 0 => format!("{self}, and a length cannot be negative"),
            Err(_) => format!("{self}, more than memory can hold"),
        };
        Err(Error::new(ErrorKind::Count, message))
    }
}
