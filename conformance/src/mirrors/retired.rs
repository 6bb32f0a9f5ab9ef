//! Fields that were dropped in the years between the versions at hand: the bytes are sent on, as nothing.

use vmsd_schema::codec::Scalar;
use vmsd_schema::schema::{Dialect, Shape};
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Loader, Result, Value};

macro_rules! retired {
    ($($(#[$doc:meta])* $codec:ident, $int:ty, $dialect:ident;)*) => {$(
        $(#[$doc])*
        pub(crate) enum $codec {}

        impl Codec<$int> for $codec {
            const MIN_SIZE: usize = <Scalar as Codec<$int>>::MIN_SIZE;

            fn shape() -> Shape {
                <Scalar as Codec<$int>>::shape()
            }

            fn save(value: &mut $int, writer: &mut Writer) -> Result<()> {
                Scalar::save(value, writer)
            }

            fn load(value: &mut $int, loader: &mut Loader<'_>) -> Result<()> {
                Scalar::load(value, loader)
            }

            fn describe(value: &mut $int, describer: &mut Describer) -> Result<()> {
                if describer.dialect() < Dialect::$dialect {
                    return Scalar::describe(value, describer);
                }
                let shown = Value::Bytes(value.to_be_bytes().to_vec());
                describer.leaf("unused_buffer", shown, |writer| Self::save(value, writer))
            }
        }
    )*};
}

retired! {
    /// A `uint32` up to 9.1.
    Uint32Before10, u32, Qemu10_0;
    /// A `uint64` up to 5.2.
    Uint64Before6, u64, Qemu7_2;
}
