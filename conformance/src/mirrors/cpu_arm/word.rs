//! Registers that QEMU packs into a word with code of its own, and calls by the code's name.

use vmsd_schema::codec::Scalar;
use vmsd_schema::schema::{Dialect, Shape};
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Loader, Result, Value};

macro_rules! words {
    ($($(#[$doc:meta])* $codec:ident, $int:ty, $bits:literal, $name:literal;)*) => {$(
        $(#[$doc])*
        pub(super) enum $codec {}

        impl Codec<$int> for $codec {
            const MIN_SIZE: usize = $bits / 8;

            fn shape() -> Shape {
                Shape::leaf($name, $bits / 8)
            }

            fn save(value: &mut $int, writer: &mut Writer) -> Result<()> {
                Scalar::save(value, writer)
            }

            fn load(value: &mut $int, loader: &mut Loader<'_>) -> Result<()> {
                Scalar::load(value, loader)
            }

            fn describe(value: &mut $int, describer: &mut Describer) -> Result<()> {
                let shown = Value::Uint { bits: $bits, value: u64::from(*value) };
                describer.leaf($name, shown, |writer| Self::save(value, writer))
            }
        }
    )*};
}

words! {
    /// The CPSR in AArch32, the process state in AArch64, the XPSR of M profile (`put_cpsr`).
    Cpsr, u32, 32, "cpsr";
    /// `put_fpscr`.
    Fpscr, u32, 32, "fpscr";
    /// `put_fpcr`.
    Fpcr, u64, 64, "fpcr";
    /// `put_fpsr`.
    Fpsr, u64, 64, "fpsr";
    /// The process state of AArch64 (11.x).
    Pstate64, u64, 64, "pstate64";
}

/// Whether the processor is off (`put_power`).
pub(super) enum PoweredOff {}

impl Codec<bool> for PoweredOff {
    const MIN_SIZE: usize = 1;

    fn shape() -> Shape {
        Shape::leaf("powered_off", 1)
    }

    fn save(value: &mut bool, writer: &mut Writer) -> Result<()> {
        Scalar::save(value, writer)
    }

    fn load(value: &mut bool, loader: &mut Loader<'_>) -> Result<()> {
        Scalar::load(value, loader)
    }

    fn describe(value: &mut bool, describer: &mut Describer) -> Result<()> {
        let shown = Value::Uint {
            bits: 8,
            value: u64::from(*value),
        };
        describer.leaf("powered_off", shown, |writer| Self::save(value, writer))
    }
}

/// The count of a list. Up to 10.x QEMU compares it with its own; 11.x makes room for what comes.
pub(super) enum Count {}

impl Codec<i32> for Count {
    const MIN_SIZE: usize = 4;

    fn shape() -> Shape {
        Shape::leaf("int32", 4)
    }

    fn save(value: &mut i32, writer: &mut Writer) -> Result<()> {
        Scalar::save(value, writer)
    }

    fn load(value: &mut i32, loader: &mut Loader<'_>) -> Result<()> {
        Scalar::load(value, loader)
    }

    fn describe(value: &mut i32, describer: &mut Describer) -> Result<()> {
        let name = if describer.dialect() < Dialect::Qemu11_1 {
            "int32 le"
        } else {
            "int32"
        };
        let shown = Value::Int {
            bits: 32,
            value: i64::from(*value),
        };
        describer.leaf(name, shown, |writer| Self::save(value, writer))
    }
}
