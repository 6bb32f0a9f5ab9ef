//! QEMU's names of encodings, and what each says about the bytes.

/// What a type name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number or truth value of fixed width.
    Scalar(ScalarKind),
    /// An unsigned number as wide as the description says: a register with an encoding of its own, which differs from
    /// the plain one in what a load does with it.
    Word,
    /// Bytes that mean themselves.
    Raw,
    /// be32 length and bytes (`GByteArray`).
    Counted32,
    /// One length byte and bytes (`capability`).
    Counted8,
    /// `nullptr`: always byte `'0'`.
    Null,
    /// `ptr-marker`: `'0'` for NULL, `'1'` before an element.
    Marker,
    /// `qtailq` or `qlist`.
    List,
    /// `gtree`.
    Tree,
    /// `tmp` or `vstruct`: one description in the field's own object.
    Inline,
    /// Only QEMU's own code for the type reads it.
    Opaque,
}

/// The width and sign of a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarKind {
    /// One byte, zero or not.
    Bool,
    /// Signed, of so many bytes.
    Int(u8),
    /// Unsigned, of so many bytes.
    Uint(u8),
    /// Unsigned, of so many bytes, the lowest first: numbers in a device's own memory. No table of QEMU's has them.
    Little(u8),
}

/// The value of one scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// `bool`.
    Bool(bool),
    /// A signed integer of a width in bits.
    Int {
        /// The width.
        bits: u8,
        /// The value.
        value: i64,
    },
    /// An unsigned integer of a width in bits.
    Uint {
        /// The width.
        bits: u8,
        /// The value.
        value: u64,
    },
}

impl Kind {
    /// What `type_name` says. `int64 equal` is QEMU's name for the check of an *unsigned* number, and `int32 le` is
    /// big-endian: it means "less or equal".
    #[must_use]
    pub fn of(type_name: &str) -> Self {
        use ScalarKind::{Bool, Int, Little, Uint};
        match type_name {
            "bool" => Self::Scalar(Bool),
            "int8" => Self::Scalar(Int(1)),
            "int16" => Self::Scalar(Int(2)),
            "int32" | "int32 equal" | "int32 le" => Self::Scalar(Int(4)),
            "int64" => Self::Scalar(Int(8)),
            "uint8" | "uint8 equal" => Self::Scalar(Uint(1)),
            "uint16" | "uint16 equal" => Self::Scalar(Uint(2)),
            "uint32" | "uint32 equal" => Self::Scalar(Uint(4)),
            "uint64" | "int64 equal" | "timer" => Self::Scalar(Uint(8)),
            "le16" => Self::Scalar(Little(2)),
            "le32" => Self::Scalar(Little(4)),
            "le64" => Self::Scalar(Little(8)),
            "cpsr" | "fpscr" | "powered_off" => Self::Word, // arm
            "eind" | "rampD" | "rampX" | "rampY" | "rampZ" | "sreg" => Self::Word, // avr
            "fsr" | "psr" | "xcc" => Self::Word,            // sparc
            "cpu/altivec/vscr" | "vsr" => Self::Word,       // ppc
            "fpr" => Self::Word,                            // ppc; 16 bytes on mips stay bytes
            "fpcr" | "fpsr" | "msr" | "pstate64" | "psw" | "sr" => Self::Word, // alpha, arm, microblaze, hppa, openrisc
            "int32_as_uint16" | "uint16_from_uint8" => Self::Word,
            "bitmap" | "buffer" | "CPU_Double_U" | "unused_buffer" => Self::Raw,
            "msix state" | "pci config" | "pci irq state" => Self::Raw,
            "GByteArray" => Self::Counted32,
            "capability" => Self::Counted8,
            "nullptr" => Self::Null,
            "ptr-marker" => Self::Marker,
            "qlist" | "qtailq" => Self::List,
            "gtree" => Self::Tree,
            "tmp" | "vstruct" => Self::Inline,
            _ => Self::Opaque,
        }
    }
}

impl ScalarKind {
    /// An unsigned number of `width` bytes, if there is one.
    #[must_use]
    pub fn word(width: usize) -> Option<Self> {
        match width {
            1 => Some(Self::Uint(1)),
            2 => Some(Self::Uint(2)),
            4 => Some(Self::Uint(4)),
            8 => Some(Self::Uint(8)),
            _ => None,
        }
    }

    /// Bytes on the wire.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Self::Bool => 1,
            Self::Int(width) | Self::Uint(width) | Self::Little(width) => usize::from(width),
        }
    }

    /// The value of `bytes`.
    #[must_use]
    pub fn value(self, bytes: &[u8]) -> Scalar {
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        let unsigned = match self {
            Self::Little(_) => bytes.iter().rev().fold(0, fold),
            _ => bytes.iter().fold(0, fold),
        };
        match self {
            Self::Bool => Scalar::Bool(unsigned != 0),
            Self::Uint(width) | Self::Little(width) => Scalar::Uint {
                bits: width * 8,
                value: unsigned,
            },
            Self::Int(width) => {
                let unused = 64 - u32::from(width) * 8;
                let shifted = i64::from_ne_bytes((unsigned << unused).to_ne_bytes());
                Scalar::Int {
                    bits: width * 8,
                    value: shifted >> unused,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_follow_the_wire_and_not_the_name() {
        let value = |name: &str, bytes: &[u8]| match Kind::of(name) {
            Kind::Scalar(kind) => kind.value(bytes),
            other => panic!("{name} is {other:?}"),
        };
        assert_eq!(
            value("uint8 equal", &[0xff]),
            Scalar::Uint {
                bits: 8,
                value: 0xff
            }
        );
        assert_eq!(
            value("int64 equal", &[0xff; 8]),
            Scalar::Uint {
                bits: 64,
                value: u64::MAX
            }
        );
        assert_eq!(
            value("int32 le", &[0xff; 4]),
            Scalar::Int {
                bits: 32,
                value: -1
            }
        );
        assert_eq!(
            value("int16", &[0x80, 0]),
            Scalar::Int {
                bits: 16,
                value: -0x8000
            }
        );
        assert_eq!(
            value("int64", &[0x80, 0, 0, 0, 0, 0, 0, 0]),
            Scalar::Int {
                bits: 64,
                value: i64::MIN
            }
        );
        assert_eq!(
            value("le16", &[0x34, 0x12]),
            Scalar::Uint {
                bits: 16,
                value: 0x1234
            }
        );
        assert_eq!(value("bool", &[2]), Scalar::Bool(true));
    }
}
