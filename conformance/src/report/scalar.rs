//! How one number or a run of bytes is shown to people.

use std::fmt::{self, Display};

use vmsd_schema::decode::Scalar;

/// A scalar as its hexadecimal form at full width and its decimal one; just the digit where both are that.
pub struct Shown(pub Scalar);

impl Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scalar::Bool(value) => write!(f, "{value}"),
            Scalar::Uint {
                value: value @ 0..=9,
                ..
            } => write!(f, "{value}"),
            Scalar::Uint { bits, value } => {
                let digits = usize::from(bits) / 4;
                write!(f, "0x{value:0digits$x}")?;
                if !looks_like_bits(value) {
                    write!(f, " ({value})")?;
                }
                Ok(())
            }
            Scalar::Int { value, .. } => write!(f, "{value}"),
        }
    }
}

/// Whether a number is a pattern rather than a count: its decimal form would tell nobody anything.
fn looks_like_bits(value: u64) -> bool {
    value > 0xffff_ffff_ffff
}

/// A scalar without its decimal form, for lists.
pub struct Brief(pub Scalar);

impl Display for Brief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Scalar::Uint {
                value: value @ 0..=9,
                ..
            } => write!(f, "{value}"),
            Scalar::Uint { value, .. } => write!(f, "{value:#x}"),
            other => Shown(other).fmt(f),
        }
    }
}

/// Bytes as pairs of hexadecimal digits.
pub struct Hex<'a>(pub &'a [u8]);

impl Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            let blank = if index == 0 { "" } else { " " };
            write!(f, "{blank}{byte:02x}")?;
        }
        Ok(())
    }
}

/// Bytes as text: printable ASCII, and dots.
pub struct Ascii<'a>(pub &'a [u8]);

impl Display for Ascii<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            let shown = if byte.is_ascii_graphic() || *byte == b' ' {
                char::from(*byte)
            } else {
                '.'
            };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}

/// A count and its noun: `1 byte`, `2 bytes`.
pub struct Count<'a>(pub u64, pub &'a str);

impl Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0 == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.0, self.1)
    }
}

/// The text in a zero-padded buffer, if that is what it holds.
#[must_use]
pub fn padded_text(bytes: &[u8]) -> Option<&str> {
    let len = bytes.iter().rposition(|byte| *byte != 0)? + 1;
    let text = std::str::from_utf8(bytes.get(..len)?).ok()?;
    (len > 1
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' '))
    .then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_shown_so_that_it_can_be_searched_for() {
        let shown = |scalar| Shown(scalar).to_string();
        assert_eq!(
            shown(Scalar::Uint {
                bits: 8,
                value: 0x1c
            }),
            "0x1c (28)"
        );
        assert_eq!(shown(Scalar::Uint { bits: 32, value: 3 }), "3");
        assert_eq!(
            shown(Scalar::Uint {
                bits: 64,
                value: u64::MAX
            }),
            "0xffffffffffffffff"
        );
        assert_eq!(
            shown(Scalar::Int {
                bits: 32,
                value: -1
            }),
            "-1"
        );
        assert_eq!(shown(Scalar::Bool(true)), "true");
        assert_eq!(
            Brief(Scalar::Uint {
                bits: 64,
                value: 17
            })
            .to_string(),
            "0x11"
        );
    }

    #[test]
    fn text_in_a_buffer_is_recognised() {
        assert_eq!(padded_text(b"running\0\0"), Some("running"));
        assert_eq!(padded_text(b"a\0b\0"), None);
        assert_eq!(padded_text(b"\0\0"), None);
    }
}
