//! Dirty bitmaps of block devices (`dirty_bitmap_load`).

use super::{Flow, Live, Phase};
use crate::error::{ErrorKind, Result};
use crate::limits::MAX_DIRTY_BITMAP_BUFFER;
use crate::stream::input::{fail_at, Input, Step};
use crate::stream::name::Name;
use crate::wire::Writer;

const EOS: u32 = 0x01;
const ZEROES: u32 = 0x02;
const BITMAP_NAME: u32 = 0x04;
const DEVICE_NAME: u32 = 0x08;
const START: u32 = 0x10;
const COMPLETE: u32 = 0x20;
const BITS: u32 = 0x40;
/// The flags go on in the next byte or bytes.
const EXTRA: u8 = 0x80;
/// `DIRTY_BITMAP_MIG_START_FLAG_RESERVED_MASK`
const START_RESERVED: u8 = 0xf8;

/// One record of a `dirty-bitmap` section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirtyBitmapRecord<'a> {
    /// The flags as they stand there: one, two or four bytes.
    pub flags: &'a [u8],
    /// The block device, where it changes.
    pub device: Option<Name<'a>>,
    /// The bitmap, where it changes.
    pub bitmap: Option<Name<'a>>,
    /// What is said of the bitmap.
    pub action: DirtyBitmapAction<'a>,
}

/// What a record says of its bitmap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DirtyBitmapAction<'a> {
    /// Nothing: names or an end mark alone.
    None,
    /// The bitmap begins.
    Start {
        /// Bytes for which one bit stands.
        granularity: u32,
        /// 1: enabled, 2: persistent, 4: was loaded by itself (old writers).
        flags: u8,
    },
    /// The bitmap is complete.
    Complete,
    /// Some of its bits.
    Bits(DirtyBitmapBits<'a>),
}

/// A run of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirtyBitmapBits<'a> {
    /// The first sector, of 512 bytes.
    pub first_sector: u64,
    /// How many sectors.
    pub sectors: u32,
    /// The bits, padded; `None` where all are zero.
    pub bits: Option<&'a [u8]>,
}

pub(super) fn read<'a>(input: &mut Input<'a>) -> Step<(Live<'a>, Flow)> {
    let (flags, value) = read_flags(input)?;
    let device = if value & DEVICE_NAME != 0 {
        Some(name(input, "node alias")?)
    } else {
        None
    };
    let bitmap = if value & BITMAP_NAME != 0 {
        Some(name(input, "bitmap alias")?)
    } else {
        None
    };
    let action = if value & START != 0 {
        start(input)?
    } else if value & COMPLETE != 0 {
        DirtyBitmapAction::Complete
    } else if value & BITS != 0 {
        bits(input, value)?
    } else {
        DirtyBitmapAction::None
    };
    let flow = if value & EOS != 0 {
        Flow::End
    } else {
        Flow::More(Phase::Inside)
    };
    Ok((
        Live::DirtyBitmap(Box::new(DirtyBitmapRecord {
            flags,
            device,
            bitmap,
            action,
        })),
        flow,
    ))
}

/// The flags as they stand there and as a number (`qemu_get_bitmap_flags`).
fn read_flags<'a>(input: &mut Input<'a>) -> Step<(&'a [u8], u32)> {
    let here = input.rest();
    let extended = |index: usize| here.get(index).is_some_and(|byte| byte & EXTRA != 0);
    let len = match (extended(0), extended(1)) {
        (false, _) => 1,
        (true, false) => 2,
        (true, true) => 4,
    };
    let flags = input.bytes(len)?;
    Ok((
        flags,
        flags
            .iter()
            .fold(0, |value, byte| value << 8 | u32::from(*byte)),
    ))
}

fn name<'a>(input: &mut Input<'a>, what: &str) -> Step<Name<'a>> {
    let at = input.offset();
    let name = input.counted()?;
    if name.as_bytes().is_empty() {
        return Err(fail_at(
            ErrorKind::Live,
            at,
            format!("Unable to read {what} string"),
        ));
    }
    Ok(name)
}

fn start<'a>(input: &mut Input<'a>) -> Step<DirtyBitmapAction<'a>> {
    let granularity = input.u32()?;
    let at = input.offset();
    let flags = input.u8()?;
    if flags & START_RESERVED != 0 {
        let message = format!("Unknown flags in migrated dirty bitmap header: {flags:x}");
        return Err(fail_at(ErrorKind::Live, at, message));
    }
    Ok(DirtyBitmapAction::Start { granularity, flags })
}

fn bits<'a>(input: &mut Input<'a>, flags: u32) -> Step<DirtyBitmapAction<'a>> {
    let first_sector = input.u64()?;
    let sectors = input.u32()?;
    let bits = if flags & ZEROES != 0 {
        None
    } else {
        let at = input.offset();
        let len = input.u64()?;
        if len > MAX_DIRTY_BITMAP_BUFFER {
            let message = format!(
                "Bitmap migration stream buffer allocation request is too large: {len}, {MAX_DIRTY_BITMAP_BUFFER} at most"
            );
            return Err(fail_at(ErrorKind::Live, at, message));
        }
        Some(input.window(len)?)
    };
    Ok(DirtyBitmapAction::Bits(DirtyBitmapBits {
        first_sector,
        sectors,
        bits,
    }))
}

impl DirtyBitmapRecord<'_> {
    pub(super) fn write(&self, out: &mut Writer) -> Result<()> {
        out.bytes(self.flags);
        for name in [self.device, self.bitmap].into_iter().flatten() {
            out.counted_bytes(name.as_bytes())?;
        }
        match self.action {
            DirtyBitmapAction::None | DirtyBitmapAction::Complete => {}
            DirtyBitmapAction::Start { granularity, flags } => {
                out.u32(granularity);
                out.u8(flags);
            }
            DirtyBitmapAction::Bits(bits) => {
                out.u64(bits.first_sector);
                out.u32(bits.sectors);
                if let Some(bits) = bits.bits {
                    out.u64(bits.len() as u64);
                    out.bytes(bits);
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn a_bitmap_is_named_once_and_sent_in_runs() {
        let mut bytes = vec![0x1c, 2, b'd', b'0', 2, b'b', b'0', 0, 1, 0, 0, 1];
        bytes.extend([
            0x40, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 2, 0xaa, 0x55,
        ]);
        bytes.extend([0x80, 0x42, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 16]);
        bytes.extend([0x20, 0x01]);
        let records = walk(Grammar::DirtyBitmap, &bytes).unwrap();
        let bits = DirtyBitmapBits {
            first_sector: 8,
            sectors: 16,
            bits: Some(&[0xaa, 0x55]),
        };
        let zeroes = DirtyBitmapBits { bits: None, ..bits };
        let record = |flags, action| {
            Live::DirtyBitmap(Box::new(DirtyBitmapRecord {
                flags,
                device: None,
                bitmap: None,
                action,
            }))
        };
        assert_eq!(
            records,
            [
                Live::DirtyBitmap(Box::new(DirtyBitmapRecord {
                    flags: &[0x1c],
                    device: Some("d0".into()),
                    bitmap: Some("b0".into()),
                    action: DirtyBitmapAction::Start {
                        granularity: 0x10000,
                        flags: 1
                    },
                })),
                record(&[0x40], DirtyBitmapAction::Bits(bits)),
                record(&[0x80, 0x42], DirtyBitmapAction::Bits(zeroes)),
                record(&[0x20], DirtyBitmapAction::Complete),
                record(&[0x01], DirtyBitmapAction::None),
            ]
        );
    }

    #[test]
    fn a_record_against_the_grammar_is_refused_in_qemus_words() {
        let cases: [(&[u8], &str); 3] = [
            (&[0x08, 0], "Unable to read node alias string"),
            (&[0x10, 0, 1, 0, 0, 8], "Unknown flags in migrated dirty bitmap header: 8"),
            (
                &[0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x28, 1],
                "Bitmap migration stream buffer allocation request is too large: 10241, 10240 at most",
            ),
        ];
        for (bytes, message) in cases {
            assert_eq!(
                walk(Grammar::DirtyBitmap, bytes).unwrap_err().message(),
                message
            );
        }
    }
}
