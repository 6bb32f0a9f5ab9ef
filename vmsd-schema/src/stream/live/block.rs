//! Contents of block devices beside the guest's memory (`block_load`, QEMU 9.0 and older).

use super::{Flow, Live, Phase};
use crate::error::{ErrorKind, Result};
use crate::stream::input::{fail_at, Input, Step};
use crate::stream::name::Name;
use crate::wire::Writer;

const DEVICE_BLOCK: u64 = 0x01;
const EOS: u64 = 0x02;
const PROGRESS: u64 = 0x04;
const ZERO_BLOCK: u64 = 0x08;
/// The flags are the bits below a sector's size.
const FLAGS: u64 = 512 - 1;
/// `BLK_MIG_BLOCK_SIZE`
const BLOCK_SIZE: u64 = 1 << 20;

/// One record of a `block` section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRecord<'a> {
    /// The first word: a number in sectors of 512 bytes, and flags.
    pub word: u64,
    /// The device, where the record is of one.
    pub device: Option<Name<'a>>,
    /// One MiB of it; `None` where it is all zero or the record is of no device.
    pub data: Option<&'a [u8]>,
}

impl BlockRecord<'_> {
    /// The first sector of the device; for a progress record the percentage.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.word >> 9
    }

    /// Whether the record only tells how far the source is.
    #[must_use]
    pub fn is_progress(&self) -> bool {
        self.word & (DEVICE_BLOCK | PROGRESS) == PROGRESS
    }

    pub(super) fn write(&self, out: &mut Writer) -> Result<()> {
        out.u64(self.word);
        if let Some(device) = self.device {
            out.counted_bytes(device.as_bytes())?;
        }
        out.bytes(self.data.unwrap_or_default());
        Ok(())
    }
}

pub(super) fn read<'a>(input: &mut Input<'a>) -> Step<(Live<'a>, Flow)> {
    let at = input.offset();
    let word = input.u64()?;
    let mut record = BlockRecord {
        word,
        device: None,
        data: None,
    };
    if word & DEVICE_BLOCK != 0 {
        record.device = Some(input.counted()?);
        if word & ZERO_BLOCK == 0 {
            record.data = Some(input.window(BLOCK_SIZE)?);
        }
    } else if word & (PROGRESS | EOS) == 0 {
        let message = format!("Unknown block migration flags: {:#x}", word & FLAGS);
        return Err(fail_at(ErrorKind::Live, at, message));
    }
    let flow = if word & EOS != 0 {
        Flow::End
    } else {
        Flow::More(Phase::Inside)
    };
    Ok((Live::Block(record), flow))
}

#[cfg(test)]
mod tests {
    use super::super::test_support::walk;
    use super::*;
    use crate::stream::section::Grammar;

    #[test]
    fn data_zeroes_progress_and_the_end_mark() {
        let mut bytes = vec![0, 0, 0, 0, 0, 0, 0x10, 0x01, 2, b'd', b'0'];
        bytes.resize(bytes.len() + (1 << 20), 0x5a);
        bytes.extend([0, 0, 0, 0, 0, 0, 0x20, 0x09, 2, b'd', b'0']);
        bytes.extend([0, 0, 0, 0, 0, 0, 100, 0x04]);
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 0x02]);
        let records = walk(Grammar::Block, &bytes).unwrap();
        assert_eq!(records.len(), 4);
        let Live::Block(first) = records[0] else {
            panic!("not a block record")
        };
        assert_eq!(
            (first.number(), first.data.map(<[u8]>::len)),
            (8, Some(1 << 20))
        );
        let Live::Block(progress) = records[2] else {
            panic!("not a block record")
        };
        assert_eq!((progress.is_progress(), progress.number()), (true, 50));
    }

    #[test]
    fn other_flags_are_refused() {
        let error = walk(Grammar::Block, &[0, 0, 0, 0, 0, 0, 0, 0x10]).unwrap_err();
        assert_eq!(error.message(), "Unknown block migration flags: 0x10");
    }
}
