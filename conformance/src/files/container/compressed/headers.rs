//! The headers of compressed files, checked field by field: the libraries that read them say only that
//! something is wrong.

use std::io;

use vmsd_schema::ErrorKind;

use super::super::fields::{fault, Fields};
use super::{Compression, MAX_ZSTD_WINDOW_LOG};

/// The longest of the headers that are checked here: a zstd frame's.
pub(super) const LEN: usize = 18;

/// Checks the header that `head` starts with, which stands at `base`.
pub(super) fn check(compression: Compression, head: &[u8], base: u64) -> io::Result<()> {
    let name = compression.name();
    let mut fields = Fields::new(name, head, base);
    fields.bytes("magic", compression.magic().len())?;
    let check = Check { name, fields };
    match compression {
        Compression::Bzip2 => check.bzip2(),
        Compression::Gzip => check.gzip(),
        Compression::Xz => check.xz(),
        Compression::Zstd if head.starts_with(compression.magic()) => check.zstd(),
        // A skippable frame; and lzop's header is read whole elsewhere.
        Compression::Zstd | Compression::Lzop => Ok(()),
    }
}

struct Check<'a> {
    name: &'static str,
    fields: Fields<'a>,
}

impl Check<'_> {
    fn gzip(mut self) -> io::Result<()> {
        let at = self.fields.offset();
        let method = self.fields.u8("method")?;
        if method != 8 {
            return Err(self.unsupported(
                "method",
                at,
                format!("method {method} is not deflate (8)"),
            ));
        }
        let flags = self.fields.u8("flags")?;
        if flags & 0xe0 != 0 {
            return Err(self.unsupported(
                "flags",
                at + 1,
                format!("{flags:#04x} has reserved flags"),
            ));
        }
        self.fields.u32("mtime")?;
        self.fields.u8("extra flags")?;
        self.fields.u8("operating system")?;
        Ok(())
    }

    fn bzip2(mut self) -> io::Result<()> {
        let at = self.fields.offset();
        let level = self.fields.u8("block size")?;
        if !matches!(level, b'1'..=b'9') {
            let message = format!("{level:#04x} is not a digit from 1 to 9");
            return Err(self.unsupported("block size", at, message));
        }
        let block = self.fields.bytes("block magic", 6)?;
        if block != [0x31, 0x41, 0x59, 0x26, 0x53, 0x59]
            && block != [0x17, 0x72, 0x45, 0x38, 0x50, 0x90]
        {
            let message = "neither a block nor the end of the stream starts here";
            return Err(fault(
                self.name,
                "block magic",
                at + 1,
                ErrorKind::Magic,
                message,
            ));
        }
        Ok(())
    }

    fn xz(mut self) -> io::Result<()> {
        let at = self.fields.offset();
        let flags = self.fields.bytes("stream flags", 2)?;
        let sum = self.fields.bytes("crc32 of the stream flags", 4)?;
        if crc32fast::hash(flags).to_le_bytes() != sum {
            let message = "the check sum of the stream flags is wrong";
            return Err(fault(
                self.name,
                "crc32 of the stream flags",
                at + 2,
                ErrorKind::Validation,
                message,
            ));
        }
        if !matches!(flags, [0, 0 | 1 | 4 | 10]) {
            return Err(self.unsupported(
                "stream flags",
                at,
                format!("there is no check {flags:02x?}"),
            ));
        }
        if self.fields.u8("block header size")? == 0 {
            // No block: the index of an empty file follows.
            return Ok(());
        }
        Ok(())
    }

    fn zstd(mut self) -> io::Result<()> {
        let at = self.fields.offset();
        let descriptor = self.fields.u8("frame header descriptor")?;
        if descriptor & 0x08 != 0 {
            let message = format!("{descriptor:#04x} has the reserved bit");
            return Err(self.unsupported("frame header descriptor", at, message));
        }
        let single_segment = descriptor & 0x20 != 0;
        if !single_segment {
            let at = self.fields.offset();
            let log = 10 + (u32::from(self.fields.u8("window descriptor")?) >> 3);
            if log > MAX_ZSTD_WINDOW_LOG {
                return Err(self.too_large("window descriptor", at, format!("2^{log}")));
            }
        }
        let at = self.fields.offset();
        let dictionary_len = [0, 1, 2, 4]
            .get(usize::from(descriptor & 3))
            .copied()
            .unwrap_or(0);
        let dictionary = self.fields.bytes("dictionary id", dictionary_len)?;
        if dictionary.iter().any(|&byte| byte != 0) {
            return Err(self.unsupported(
                "dictionary id",
                at,
                "a dictionary is needed that is not here".to_owned(),
            ));
        }
        let at = self.fields.offset();
        let size_len = match (descriptor >> 6, single_segment) {
            (0, false) => 0,
            (0, true) => 1,
            (1, _) => 2,
            (2, _) => 4,
            _ => 8,
        };
        let size = self.fields.bytes("frame content size", size_len)?;
        let size = size
            .iter()
            .rev()
            .fold(0, |size: u64, &byte| size << 8 | u64::from(byte));
        if single_segment && size > 1 << MAX_ZSTD_WINDOW_LOG {
            return Err(self.too_large("frame content size", at, size.to_string()));
        }
        Ok(())
    }

    fn unsupported(&self, field: &'static str, at: u64, message: String) -> io::Error {
        fault(self.name, field, at, ErrorKind::Unsupported, message)
    }

    fn too_large(&self, field: &'static str, at: u64, size: String) -> io::Error {
        let message =
            format!("{size} bytes of memory are needed, more than 2^{MAX_ZSTD_WINDOW_LOG}");
        fault(self.name, field, at, ErrorKind::Limit, message)
    }
}
