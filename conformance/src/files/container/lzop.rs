//! The file that lzop writes: a header, then blocks of LZO1X with their lengths and check sums.

mod header;

use std::io::{self, Read};

use vmsd_schema::ErrorKind;

use super::fields::{fault, Fields};
use super::lzo1x;
use crate::limits::MAX_LZOP_BLOCK;
use header::Header;

/// What such a file starts with.
pub(super) const MAGIC: &[u8; 9] = &[0x89, b'L', b'Z', b'O', 0, 0x0d, 0x0a, 0x1a, 0x0a];

const NAME: &str = "lzop";

mod flag {
    pub(super) const ADLER32_OF_DATA: u32 = 0x1;
    pub(super) const ADLER32_OF_BLOCK: u32 = 0x2;
    pub(super) const EXTRA_FIELD: u32 = 0x40;
    pub(super) const CRC32_OF_DATA: u32 = 0x100;
    pub(super) const CRC32_OF_BLOCK: u32 = 0x200;
    pub(super) const MULTIPART: u32 = 0x400;
    pub(super) const FILTER: u32 = 0x800;
    pub(super) const CRC32_OF_HEADER: u32 = 0x1000;
    /// Bits without a meaning; above them are the operating system and the character set.
    pub(super) const RESERVED: u32 = 0x000f_c000;
}

/// Reads what is inside an lzop file, or several behind each other.
pub(super) struct Lzop<R> {
    read: R,
    /// Where the next byte of `read` stands.
    at: u64,
    /// The flags of the file that is being read; none before a header.
    flags: Option<u32>,
    files: u64,
    out: Vec<u8>,
    taken: usize,
}

impl<R: Read> Lzop<R> {
    /// A file that starts at `base`.
    pub(super) fn new(read: R, base: u64) -> Self {
        Self {
            read,
            at: base,
            flags: None,
            files: 0,
            out: Vec::new(),
            taken: 0,
        }
    }

    /// Decompresses the next block; whether there was one.
    fn next_block(&mut self) -> io::Result<bool> {
        loop {
            let Some(flags) = self.flags else {
                if !self.header()? {
                    return Ok(false);
                }
                continue;
            };
            let at = self.at;
            let len = self.u32("uncompressed block size")?;
            match len {
                0 => self.flags = None,
                1..=MAX_LZOP_BLOCK => return self.block(flags, len, at).map(|()| true),
                _ => {
                    let message =
                        format!("{len} bytes in one block are more than {MAX_LZOP_BLOCK}");
                    return Err(fault(
                        NAME,
                        "uncompressed block size",
                        at,
                        ErrorKind::Limit,
                        message,
                    ));
                }
            }
        }
    }

    fn block(&mut self, flags: u32, len: u32, at: u64) -> io::Result<()> {
        let compressed_at = self.at;
        let compressed_len = self.u32("compressed block size")?;
        if compressed_len == 0 || compressed_len > len {
            let message = format!("{compressed_len} bytes hold a block of {len}");
            return Err(fault(
                NAME,
                "compressed block size",
                compressed_at,
                ErrorKind::Bound,
                message,
            ));
        }
        let mut sums = Sums::default();
        let compressed = compressed_len < len;
        for (slot, bit, needed) in [
            (&mut sums.adler_of_data, flag::ADLER32_OF_DATA, true),
            (&mut sums.crc_of_data, flag::CRC32_OF_DATA, true),
            (&mut sums.adler_of_block, flag::ADLER32_OF_BLOCK, compressed),
            (&mut sums.crc_of_block, flag::CRC32_OF_BLOCK, compressed),
        ] {
            if flags & bit != 0 && needed {
                let word = take(&mut self.read, &mut self.at, "check sum", 4)?;
                *slot = Fields::new(NAME, &word, 0).u32("check sum").map(Some)?;
            }
        }
        let block_at = self.at;
        let block = take(
            &mut self.read,
            &mut self.at,
            "block",
            u64::from(compressed_len),
        )?;
        sums.check_block(&block, block_at)?;
        self.taken = 0;
        if compressed {
            self.out.clear();
            let limit = usize::try_from(len).unwrap_or(usize::MAX);
            lzo1x::decompress(&block, &mut self.out, limit).map_err(|damage| {
                fault(
                    NAME,
                    "block",
                    block_at,
                    ErrorKind::Validation,
                    damage.sentence(),
                )
            })?;
        } else {
            self.out = block;
        }
        if self.out.len() as u64 != u64::from(len) {
            let message = format!(
                "the block has {} bytes and should have {len}",
                self.out.len()
            );
            return Err(fault(
                NAME,
                "uncompressed block size",
                at,
                ErrorKind::Mismatch,
                message,
            ));
        }
        sums.check_data(&self.out, block_at)
    }

    /// Reads the header of the next file; whether there is one.
    fn header(&mut self) -> io::Result<bool> {
        let base = self.at;
        let magic = read_up_to(&mut self.read, MAGIC.len() as u64)?;
        self.at += magic.len() as u64;
        if self.files > 0 && magic.iter().all(|&byte| byte == 0) {
            // The end, or padding behind it.
            return Ok(false);
        }
        if magic != MAGIC {
            return Err(fault(
                NAME,
                "magic",
                base,
                ErrorKind::Magic,
                "another lzop file, or nothing, should be here",
            ));
        }
        let mut header = Header::default();
        self.flags = Some(header.read(&mut self.read, &mut self.at)?);
        self.files += 1;
        Ok(true)
    }

    fn u32(&mut self, field: &'static str) -> io::Result<u32> {
        let base = self.at;
        let bytes = take(&mut self.read, &mut self.at, field, 4)?;
        Fields::new(NAME, &bytes, base).u32(field)
    }
}

impl<R: Read> Read for Lzop<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.taken == self.out.len() {
            if !self.next_block()? {
                return Ok(0);
            }
        }
        let len = self.out.get(self.taken..).unwrap_or_default().read(out)?;
        self.taken += len;
        Ok(len)
    }
}

/// The check sums of one block that are there.
#[derive(Default)]
struct Sums {
    adler_of_data: Option<u32>,
    crc_of_data: Option<u32>,
    adler_of_block: Option<u32>,
    crc_of_block: Option<u32>,
}

impl Sums {
    fn check_block(&self, block: &[u8], at: u64) -> io::Result<()> {
        check(
            self.adler_of_block,
            self.crc_of_block,
            block,
            "check sum of the compressed block",
            at,
        )
    }

    fn check_data(&self, data: &[u8], at: u64) -> io::Result<()> {
        check(
            self.adler_of_data,
            self.crc_of_data,
            data,
            "check sum of the block",
            at,
        )
    }
}

fn check(
    adler: Option<u32>,
    crc: Option<u32>,
    bytes: &[u8],
    field: &'static str,
    at: u64,
) -> io::Result<()> {
    let right = adler.is_none_or(|sum| sum == adler2::adler32_slice(bytes))
        && crc.is_none_or(|sum| sum == crc32fast::hash(bytes));
    if right {
        return Ok(());
    }
    Err(fault(
        NAME,
        field,
        at,
        ErrorKind::Validation,
        "the check sum is wrong",
    ))
}

/// The next `len` bytes; the memory grows with what is there.
fn take(read: &mut impl Read, at: &mut u64, field: &'static str, len: u64) -> io::Result<Vec<u8>> {
    let bytes = read_up_to(read, len)?;
    if bytes.len() as u64 != len {
        let message = format!("the input ends {} bytes into a value of {len}", bytes.len());
        return Err(fault(NAME, field, *at, ErrorKind::Truncated, message));
    }
    *at += len;
    Ok(bytes)
}

fn read_up_to(read: &mut impl Read, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read.by_ref().take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl lzo1x::Damage {
    fn sentence(self) -> &'static str {
        match self {
            Self::Short => "the block ends in the middle of an instruction",
            Self::Long => "bytes follow the end of the block",
            Self::Distance => "the block repeats bytes from before its start",
            Self::Output => "the block has more bytes than its header says",
        }
    }
}
