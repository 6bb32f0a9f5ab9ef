//! Registers that a processor's own code saves: a big-endian word under a name of its own.
//!
//! Each has a `VMStateInfo` in QEMU because saving it takes more than copying: flags are gathered from where the
//! emulation keeps them, halves are joined. On the wire nothing of that is left but the architecture's own word.

use std::marker::PhantomData;

use super::TypeName;
use crate::error::Result;
use crate::schema::Shape;
use crate::value::Value;
use crate::vmstate::{Codec, Describer, Loader};
use crate::wire::Writer;

/// A word that the JSON calls what `N` says.
#[derive(Debug)]
pub struct Register<N>(PhantomData<N>);

macro_rules! words {
    ($($word:ty, $bytes:literal, |$value:ident| $shown:expr;)*) => {$(
        impl<N: TypeName> Codec<$word> for Register<N> {
            const MIN_SIZE: usize = $bytes;

            fn shape() -> Shape {
                Shape::leaf(N::TYPE_NAME, $bytes)
            }

            #[inline]
            fn save(value: &mut $word, writer: &mut Writer) -> Result<()> {
                writer.bytes(&value.to_be_bytes());
                Ok(())
            }

            #[inline]
            fn load(value: &mut $word, loader: &mut Loader<'_>) -> Result<()> {
                *value = <$word>::from_be_bytes(loader.array()?);
                Ok(())
            }

            fn describe($value: &mut $word, describer: &mut Describer) -> Result<()> {
                describer.leaf(N::TYPE_NAME, $shown, |writer| Self::save($value, writer))
            }
        }
    )*};
}

words! {
    u8, 1, |value| Value::Bytes(value.to_be_bytes().to_vec());
    u16, 2, |value| Value::Bytes(value.to_be_bytes().to_vec());
    u32, 4, |value| Value::Bytes(value.to_be_bytes().to_vec());
    u64, 8, |value| Value::Bytes(value.to_be_bytes().to_vec());
    u128, 16, |value| Value::Bytes(value.to_be_bytes().to_vec());
}

/// What a [`Register`] may be called.
pub mod name {
    use super::TypeName;

    macro_rules! names {
        ($($(#[$doc:meta])* $name:ident = $json:literal;)*) => {
            $(
                $(#[$doc])*
                #[derive(Debug)]
                pub enum $name {}

                impl TypeName for $name {
                    const TYPE_NAME: &'static str = $json;
                }
            )*

            /// Every JSON type here, and the Rust name of it.
            pub const ALL: &[(&str, &str)] = &[$(($json, stringify!($name))),*];
        };
    }

    names! {
        /// Arm: the processor state register (`vmstate_cpsr`, 4 bytes).
        Cpsr = "cpsr";
        /// Arm: the floating-point status and control register (`vmstate_fpscr`, 4 bytes).
        Fpscr = "fpscr";
        /// Arm: the floating-point control register, where it does not fit the old one (`vmstate_fpcr`, 8 bytes).
        /// Alpha: the same (8 bytes).
        Fpcr = "fpcr";
        /// Arm: the floating-point status register (`vmstate_fpsr`, 8 bytes).
        Fpsr = "fpsr";
        /// Arm: whether the power controller has switched the processor off (`vmstate_powered_off`, 1 byte).
        PoweredOff = "powered_off";
        /// SPARC: the processor state register (`vmstate_psr`, 4 bytes).
        Psr = "psr";
        /// SPARC: the floating-point state register (`vmstate_fsr`, 4 or 8 bytes).
        Fsr = "fsr";
        /// SPARC: the extended condition codes (`vmstate_xcc`, 4 bytes).
        Xcc = "xcc";
        /// AVR: the status register (`vms_sreg`, 1 byte).
        Sreg = "sreg";
        /// AVR: bits 16 to 23 of addresses through D (`vms_rampD`, 1 byte).
        RampD = "rampD";
        /// AVR: the same through X.
        RampX = "rampX";
        /// AVR: the same through Y.
        RampY = "rampY";
        /// AVR: the same through Z.
        RampZ = "rampZ";
        /// AVR: bits 16 to 23 of indirect jumps (`vms_eind`, 1 byte).
        Eind = "eind";
        /// OpenRISC: the supervision register (`vmstate_sr`, 4 bytes).
        Sr = "sr";
        /// PowerPC: a floating-point register, the upper half of a vector-scalar one (`vmstate_info_fpr`, 8 bytes).
        /// MIPS: a floating-point register with its vector (`vmstate_info_fpr`, 16 bytes).
        Fpr = "fpr";
        /// PowerPC: a vector register (`vmstate_info_avr`, 16 bytes).
        Avr = "avr";
        /// PowerPC: the lower half of a vector-scalar register (`vmstate_info_vsr`, 8 bytes).
        Vsr = "vsr";
        /// PowerPC: the vector status and control register (`vmstate_vscr`, 4 bytes).
        Vscr = "cpu/altivec/vscr";
        /// PowerPC: an entry of the segment lookaside buffer: ESID, then VSID (`vmstate_info_slbe`, 16 bytes).
        Slbe = "slbe";
        /// MicroBlaze: the machine status register (`vmstate_msr`, 4 bytes).
        Msr = "msr";
        /// PA-RISC: the processor status word (`vmstate_psw`, 8 bytes).
        Psw = "psw";
        /// A signed number of a device that sends 16 bits of it (`vmstate_hack_int32_as_uint16`, 2 bytes).
        Int32AsUint16 = "int32_as_uint16";
        /// A number of 16 bits of which an older version sent 8 (`vmstate_uint16_from_uint8`, 1 byte).
        Uint16FromUint8 = "uint16_from_uint8";
    }
}
