//! The header of an lzop file, up to its first block.

use std::io::{self, Read};

use vmsd_schema::{Error, ErrorKind};

use super::{flag, take, NAME};
use crate::files::container::fields::{fault, io_error, Fields};

/// The header of lzop 1.0 and later has three more fields.
const VERSION_WITH_LEVEL: u16 = 0x0940;
/// The newest version whose files are known.
const NEWEST_VERSION: u16 = 0x1040;

/// The bytes of a header that its check sum covers.
#[derive(Default)]
pub(super) struct Header {
    bytes: Vec<u8>,
}

impl Header {
    /// Reads the fields behind the magic and returns the flags.
    pub(super) fn read(&mut self, read: &mut impl Read, at: &mut u64) -> io::Result<u32> {
        let version_at = *at;
        let version = self.u16(read, at, "version")?;
        if version < 0x0900 {
            return Err(unsupported(
                "version",
                version_at,
                format!("version {version:#06x} is older than 0.9"),
            ));
        }
        self.u16(read, at, "library version")?;
        let new = version >= VERSION_WITH_LEVEL;
        if new {
            let needed_at = *at;
            let needed = self.u16(read, at, "version needed")?;
            if !(0x0900..=NEWEST_VERSION).contains(&needed) {
                return Err(unsupported(
                    "version needed",
                    needed_at,
                    format!("there is no known version {needed:#06x}"),
                ));
            }
        }
        let method_at = *at;
        let method = self.u8(read, at, "method")?;
        if !(1..=3).contains(&method) {
            return Err(unsupported(
                "method",
                method_at,
                format!("method {method} is not LZO1X (1 to 3)"),
            ));
        }
        if new {
            let level_at = *at;
            let level = self.u8(read, at, "level")?;
            if level > 9 {
                return Err(unsupported(
                    "level",
                    level_at,
                    format!("there is no level {level}"),
                ));
            }
        }
        let flags_at = *at;
        let flags = self.u32(read, at, "flags")?;
        if flags & (flag::MULTIPART | flag::FILTER | flag::RESERVED) != 0 {
            return Err(unsupported(
                "flags",
                flags_at,
                format!("{flags:#x} has flags of filters, of files in parts, or without a meaning"),
            ));
        }
        self.u32(read, at, "mode")?;
        self.u32(read, at, "mtime")?;
        if new {
            self.u32(read, at, "mtime, upper half")?;
        }
        let name_len = self.u8(read, at, "name length")?;
        self.field(read, at, "name", u64::from(name_len))?;
        let sum_of_header = self.sum(flags);
        check_sum(read, at, "header check sum", sum_of_header)?;
        if flags & flag::EXTRA_FIELD != 0 {
            self.bytes.clear();
            let len = self.u32(read, at, "extra field length")?;
            self.field(read, at, "extra field", u64::from(len))?;
            let sum = self.sum(flags);
            check_sum(read, at, "extra field check sum", sum)?;
        }
        Ok(flags)
    }

    fn sum(&self, flags: u32) -> u32 {
        if flags & flag::CRC32_OF_HEADER != 0 {
            crc32fast::hash(&self.bytes)
        } else {
            adler2::adler32_slice(&self.bytes)
        }
    }

    fn field(
        &mut self,
        read: &mut impl Read,
        at: &mut u64,
        field: &'static str,
        len: u64,
    ) -> io::Result<Vec<u8>> {
        let bytes = take(read, at, field, len)?;
        self.bytes.extend_from_slice(&bytes);
        Ok(bytes)
    }

    fn u8(&mut self, read: &mut impl Read, at: &mut u64, field: &'static str) -> io::Result<u8> {
        let bytes = self.field(read, at, field, 1)?;
        Fields::new(NAME, &bytes, *at).u8(field)
    }

    fn u16(&mut self, read: &mut impl Read, at: &mut u64, field: &'static str) -> io::Result<u16> {
        let bytes = self.field(read, at, field, 2)?;
        Fields::new(NAME, &bytes, *at).u16(field)
    }

    fn u32(&mut self, read: &mut impl Read, at: &mut u64, field: &'static str) -> io::Result<u32> {
        let bytes = self.field(read, at, field, 4)?;
        Fields::new(NAME, &bytes, *at).u32(field)
    }
}

fn check_sum(
    read: &mut impl Read,
    at: &mut u64,
    field: &'static str,
    right: u32,
) -> io::Result<()> {
    let base = *at;
    let bytes = take(read, at, field, 4)?;
    if Fields::new(NAME, &bytes, base).u32(field)? == right {
        return Ok(());
    }
    Err(fault(
        NAME,
        field,
        base,
        ErrorKind::Validation,
        "the check sum is wrong",
    ))
}

fn unsupported(field: &'static str, at: u64, message: String) -> io::Error {
    io_error(
        Error::at(ErrorKind::Unsupported, at, message)
            .inside(field)
            .inside(NAME),
    )
}
