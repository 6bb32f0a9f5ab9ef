//! Commands between the sections (`loadvm_process_command`): number, length, payload.

use super::input::{fail_at, Input, Step};
use super::name::Name;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::{marker, Writer};

/// A command and its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandRecord<'a> {
    /// Where the type byte stands.
    pub at: u64,
    /// What it asks for.
    pub command: Command<'a>,
}

/// What the source asks the destination to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// Answer on the return path from now on.
    OpenReturnPath,
    /// Answer with a PONG of this cookie.
    Ping(u32),
    /// Postcopy may follow. Without numbers where only dirty bitmaps are to be postcopied.
    PostcopyAdvise(Option<PostcopyAdvise>),
    /// Be ready for page requests.
    PostcopyListen,
    /// Run the guest.
    PostcopyRun,
    /// Forget these ranges; they were dirtied since.
    PostcopyRamDiscard(PostcopyRamDiscard<'a>),
    /// So many bytes of sections and commands follow as one package.
    Packaged(u32),
    /// Enter COLO.
    EnableColo,
    /// Go on after a broken connection.
    PostcopyResume,
    /// Send the bitmap of received pages of this block.
    RecvBitmap(Name<'a>),
    /// The source has stopped for good (QEMU 10.0 and newer).
    SwitchoverStart,
}

/// The page sizes that postcopy has to agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostcopyAdvise {
    /// The page sizes of all RAM blocks, or-ed together.
    pub page_size_summary: u64,
    /// The target's page size.
    pub target_page_size: u64,
}

/// Ranges of one RAM block to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostcopyRamDiscard<'a> {
    /// The block.
    pub block: Name<'a>,
    ranges: &'a [u8],
}

impl<'a> PostcopyRamDiscard<'a> {
    /// Start and length of each range, in bytes.
    pub fn ranges(&self) -> impl Iterator<Item = (u64, u64)> + 'a {
        self.ranges.chunks_exact(16).filter_map(|range| {
            let (start, len) = range.split_first_chunk()?;
            Some((
                u64::from_be_bytes(*start),
                u64::from_be_bytes(*len.first_chunk()?),
            ))
        })
    }
}

/// How long the payload of a command is.
enum Length {
    Fixed(u16),
    Variable,
}

impl<'a> Command<'a> {
    /// The number on the wire.
    #[must_use]
    pub fn number(&self) -> u16 {
        match self {
            Self::OpenReturnPath => 1,
            Self::Ping(_) => 2,
            Self::PostcopyAdvise(_) => 3,
            Self::PostcopyListen => 4,
            Self::PostcopyRun => 5,
            Self::PostcopyRamDiscard(_) => 6,
            Self::Packaged(_) => 7,
            Self::EnableColo => 8,
            Self::PostcopyResume => 9,
            Self::RecvBitmap(_) => 10,
            Self::SwitchoverStart => 11,
        }
    }

    /// QEMU's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        layout(self.number()).map_or("INVALID", |(name, _)| name)
    }

    /// Appends the command. The bytes of a package are not part of it.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name or payload that the format cannot carry.
    pub fn write(&self, out: &mut Writer) -> Result<()> {
        let mut payload = Writer::new();
        match self {
            Self::Ping(number) | Self::Packaged(number) => payload.u32(*number),
            Self::PostcopyAdvise(Some(advise)) => {
                payload.u64(advise.page_size_summary);
                payload.u64(advise.target_page_size);
            }
            Self::PostcopyRamDiscard(discard) => {
                payload.u8(0);
                payload.counted_bytes(discard.block.as_bytes())?;
                payload.u8(0);
                payload.bytes(discard.ranges);
            }
            Self::RecvBitmap(block) => payload.counted_bytes(block.as_bytes())?,
            _ => {}
        }
        let len = u16::try_from(payload.len()).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                format!("{} bytes do not fit a command", payload.len()),
            )
        })?;
        out.u8(marker::COMMAND);
        out.u16(self.number());
        out.u16(len);
        out.bytes(payload.as_bytes());
        Ok(())
    }

    /// Reads what follows the type byte.
    pub(super) fn read(input: &mut Input<'a>) -> Step<Self> {
        let at = input.offset();
        let number = input.u16()?;
        let len = input.u16()?;
        let Some((name, expected)) = layout(number) else {
            let message = format!("MIG_CMD {number:#x} unknown (len {len:#x})");
            return Err(fail_at(ErrorKind::Command, at, message));
        };
        match expected {
            Length::Fixed(expected) if expected != len => {
                let message =
                    format!("{name} received with bad length - expecting {expected}, got {len}");
                return Err(fail_at(ErrorKind::Command, at, message));
            }
            _ => {}
        }
        let payload_at = input.offset();
        let payload = input.bytes(usize::from(len))?;
        // The payload is whole: whatever it lacks is an error.
        let mut inner = Input::new(payload, payload_at, true);
        let command = Self::payload(&mut inner, number, len)?;
        if inner.at_end() {
            Ok(command)
        } else {
            let message = format!("CMD_{name} invalid length ({len})");
            Err(fail_at(ErrorKind::Command, at, message))
        }
    }

    fn payload(input: &mut Input<'a>, number: u16, len: u16) -> Step<Self> {
        Ok(match number {
            1 => Self::OpenReturnPath,
            2 => Self::Ping(input.u32()?),
            3 if len == 0 => Self::PostcopyAdvise(None),
            3 if len == 16 => Self::PostcopyAdvise(Some(PostcopyAdvise {
                page_size_summary: input.u64()?,
                target_page_size: input.u64()?,
            })),
            4 => Self::PostcopyListen,
            5 => Self::PostcopyRun,
            6 if len >= 20 => Self::PostcopyRamDiscard(PostcopyRamDiscard::read(input, len)?),
            7 => Self::Packaged(input.u32()?),
            8 => Self::EnableColo,
            9 => Self::PostcopyResume,
            10 => Self::RecvBitmap(input.counted()?),
            11 => Self::SwitchoverStart,
            _ => {
                let name = layout(number).map_or("INVALID", |(name, _)| name);
                return Err(input.fail(
                    ErrorKind::Command,
                    format!("CMD_{name} invalid length ({len})"),
                ));
            }
        })
    }
}

impl<'a> PostcopyRamDiscard<'a> {
    fn read(input: &mut Input<'a>, len: u16) -> Step<Self> {
        let at = input.offset();
        let bad = |message: String| Err(fail_at(ErrorKind::Command, at, message));
        let version = input.u8()?;
        if version != 0 {
            return bad(format!(
                "CMD_POSTCOPY_RAM_DISCARD invalid version ({version})"
            ));
        }
        let block = input.counted()?;
        let nil = input.u8()?;
        if nil != 0 {
            return bad(format!("CMD_POSTCOPY_RAM_DISCARD missing nil ({nil})"));
        }
        let ranges = input.bytes(input.remaining())?;
        if ranges.len() % 16 != 0 {
            return bad(format!("CMD_POSTCOPY_RAM_DISCARD invalid length ({len})"));
        }
        Ok(Self { block, ranges })
    }
}

fn layout(number: u16) -> Option<(&'static str, Length)> {
    Some(match number {
        1 => ("OPEN_RETURN_PATH", Length::Fixed(0)),
        2 => ("PING", Length::Fixed(4)),
        3 => ("POSTCOPY_ADVISE", Length::Variable),
        4 => ("POSTCOPY_LISTEN", Length::Fixed(0)),
        5 => ("POSTCOPY_RUN", Length::Fixed(0)),
        6 => ("POSTCOPY_RAM_DISCARD", Length::Variable),
        7 => ("PACKAGED", Length::Fixed(4)),
        8 => ("ENABLE_COLO", Length::Fixed(0)),
        9 => ("POSTCOPY_RESUME", Length::Fixed(0)),
        10 => ("RECV_BITMAP", Length::Variable),
        11 => ("SWITCHOVER_START", Length::Fixed(0)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::input::Fail;

    fn read(bytes: &[u8]) -> Result<Command<'_>> {
        match Command::read(&mut Input::new(bytes, 0, true)) {
            Ok(command) => Ok(command),
            Err(Fail::Error(error)) => Err(error),
            Err(Fail::More(_)) => unreachable!("the input is whole"),
        }
    }

    #[test]
    fn every_command_is_written_as_it_was_read() {
        let payloads: [&[u8]; 13] = [
            &[0, 1, 0, 0],
            &[0, 2, 0, 4, 0, 0, 0, 1],
            &[0, 3, 0, 0],
            &[
                0, 3, 0, 16, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x10, 0,
            ],
            &[0, 4, 0, 0],
            &[0, 5, 0, 0],
            &[
                0, 6, 0, 20, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2,
            ],
            &[
                0, 6, 0, 36, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0,
                0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4,
            ],
            &[0, 7, 0, 4, 0, 0, 1, 0],
            &[0, 8, 0, 0],
            &[0, 9, 0, 0],
            &[0, 10, 0, 3, 2, b'a', b'b'],
            &[0, 11, 0, 0],
        ];
        for payload in payloads {
            let mut out = Writer::new();
            read(payload).unwrap().write(&mut out).unwrap();
            assert_eq!(
                out.as_bytes().split_first().unwrap(),
                (&marker::COMMAND, payload)
            );
        }
    }

    #[test]
    fn lengths_are_checked_in_qemus_words() {
        let cases: [(&[u8], &str); 6] = [
            (&[0, 0, 0, 0], "MIG_CMD 0x0 unknown (len 0x0)"),
            (&[0, 12, 0, 2], "MIG_CMD 0xc unknown (len 0x2)"),
            (
                &[0, 2, 0, 2, 0, 0],
                "PING received with bad length - expecting 4, got 2",
            ),
            (&[0, 3, 0, 1, 0], "CMD_POSTCOPY_ADVISE invalid length (1)"),
            (
                &[0, 6, 0, 1, 0],
                "CMD_POSTCOPY_RAM_DISCARD invalid length (1)",
            ),
            (
                &[0, 10, 0, 3, 1, b'a', b'b'],
                "CMD_RECV_BITMAP invalid length (3)",
            ),
        ];
        for (bytes, message) in cases {
            let error = read(bytes).unwrap_err();
            assert_eq!(
                (error.kind(), error.message()),
                (ErrorKind::Command, message)
            );
        }
    }

    #[test]
    fn discarded_ranges_are_start_and_length() {
        let mut bytes = vec![0, 6, 0, 36, 0, 1, b'a', 0];
        for word in [0x1000u64, 0x2000, 0x8000, 0x1000] {
            bytes.extend(word.to_be_bytes());
        }
        let Command::PostcopyRamDiscard(discard) = read(&bytes).unwrap() else {
            panic!("not a discard")
        };
        assert_eq!(
            discard.ranges().collect::<Vec<_>>(),
            [(0x1000, 0x2000), (0x8000, 0x1000)]
        );
    }
}
