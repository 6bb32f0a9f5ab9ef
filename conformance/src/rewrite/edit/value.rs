//! A value from its text to the bytes of a field, checked against the field's type.

use vmsd_schema::decode::{Scalar, ScalarKind};

/// The bytes of a scalar. `type_name` is QEMU's name of the encoding.
pub(super) fn scalar(kind: ScalarKind, type_name: &str, text: &str) -> Result<Vec<u8>, String> {
    let range = |low: &str, high: String| {
        format!("`{text}` is no {type_name}, which goes from {low} to {high}")
    };
    let width = kind.width();
    let unused = 64 - u32::try_from(width).unwrap_or(8) * 8;
    let bits = match kind {
        ScalarKind::Bool => match text {
            "true" | "1" => 1,
            "false" | "0" => 0,
            _ => return Err(format!("`{text}` is no bool, which is true or false")),
        },
        ScalarKind::Uint(_) | ScalarKind::Little(_) => {
            let high = u64::MAX >> unused;
            let fits = number(text)
                .and_then(|value| u64::try_from(value).ok())
                .filter(|value| *value <= high);
            fits.ok_or_else(|| range("0", format!("{high:#x}")))?
        }
        ScalarKind::Int(_) => {
            let (low, high) = (i64::MIN >> unused, i64::MAX >> unused);
            let fits = number(text)
                .and_then(|value| i64::try_from(value).ok())
                .filter(|value| (low..=high).contains(value));
            let value = fits.ok_or_else(|| range(&low.to_string(), high.to_string()))?;
            u64::from_ne_bytes(value.to_ne_bytes())
        }
    };
    let bytes = bits.to_be_bytes();
    let mut bytes = bytes.get(8 - width..).unwrap_or_default().to_vec();
    if matches!(kind, ScalarKind::Little(_)) {
        bytes.reverse();
    }
    Ok(bytes)
}

/// The bytes of a buffer of `len` bytes, from hexadecimal digits.
pub(super) fn buffer(len: usize, text: &str) -> Result<Vec<u8>, String> {
    let wrong = || {
        format!(
            "`{text}` does not fill a buffer of {len} bytes: that takes {} hexadecimal digits",
            2 * len
        )
    };
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits
        .filter(|digits| digits.len() == 2 * len)
        .ok_or_else(wrong)?;
    let bytes = digits.chunks_exact(2).map(|pair| match pair {
        [high, low] => u8::try_from(high << 4 | low).unwrap_or_default(),
        _ => 0,
    });
    Ok(bytes.collect())
}

/// A value as text, in the form that is also read.
pub(super) fn text(scalar: Scalar) -> String {
    match scalar {
        Scalar::Bool(value) => value.to_string(),
        Scalar::Int { value, .. } => value.to_string(),
        Scalar::Uint { value, .. } if value < 10 => value.to_string(),
        Scalar::Uint { value, .. } => format!("{value:#x}"),
    }
}

/// A number, also in hexadecimal.
fn number(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let value = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse::<u64>(),
    };
    let value = i128::from(value.ok()?);
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_must_be_in_the_range_of_its_type() {
        let of = |kind, text| scalar(kind, "type", text);
        assert_eq!(of(ScalarKind::Uint(1), "0xff"), Ok(vec![0xff]));
        assert_eq!(
            of(ScalarKind::Uint(1), "256"),
            Err("`256` is no type, which goes from 0 to 0xff".to_owned())
        );
        assert_eq!(of(ScalarKind::Int(2), "-2"), Ok(vec![0xff, 0xfe]));
        assert_eq!(
            of(ScalarKind::Int(1), "128"),
            Err("`128` is no type, which goes from -128 to 127".to_owned())
        );
        assert_eq!(
            of(ScalarKind::Little(4), "0x1234"),
            Ok(vec![0x34, 0x12, 0, 0])
        );
        assert_eq!(
            of(ScalarKind::Uint(8), "18446744073709551615"),
            Ok(vec![0xff; 8])
        );
        assert_eq!(of(ScalarKind::Bool, "true"), Ok(vec![1]));
        for wrong in [
            "",
            "-",
            "-1",
            "0x",
            "1.5",
            "0x10000000000000000",
            "+1x",
            "true",
        ] {
            assert!(of(ScalarKind::Uint(8), wrong).is_err(), "{wrong}");
        }
        assert!(of(ScalarKind::Bool, "2").is_err());
        assert_eq!(buffer(2, "00fF"), Ok(vec![0, 0xff]));
        for wrong in ["", "00f", "00fg", "00ff00"] {
            assert!(buffer(2, wrong).is_err(), "{wrong}");
        }
    }
}
