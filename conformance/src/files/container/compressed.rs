//! What gzip, zstd, xz, bzip2 and lzop write, also through a pipe: `exec:gzip -c > f` and libvirt's formats.

mod headers;
mod place;

use std::io::{self, BufRead, BufReader, Read};

use vmsd_schema::{Error, ErrorKind};

use self::place::{Counted, Place};
use super::fields::{error_of, io_error};
use super::lzop;
use super::source::{Pipe, Source};
use crate::limits::{MAX_XZ_MEMORY, MAX_ZSTD_WINDOW_LOG};

/// A compressing program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// bzip2, also of several streams.
    Bzip2,
    /// gzip, also of several members.
    Gzip,
    /// lzop, also of several files.
    Lzop,
    /// xz, also of several streams.
    Xz,
    /// Zstandard, also of several frames.
    Zstd,
}

impl Compression {
    /// All that there are.
    pub const ALL: [Self; 5] = [Self::Bzip2, Self::Gzip, Self::Lzop, Self::Xz, Self::Zstd];

    /// The program that writes what starts with these bytes.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // Frames that carry something else than data, which pzstd puts first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h']
            | [b'B', b'Z', b'h', b'1'..=b'9', ..]
            | [b'B', b'Z', b'h', _, 0x31 | 0x17, ..] => Some(Self::Bzip2),
            _ if head.starts_with(Self::Xz.magic()) => Some(Self::Xz),
            _ if head.starts_with(Self::Lzop.magic()) => Some(Self::Lzop),
            _ => None,
        }
    }

    /// The bytes that such a file starts with.
    #[must_use]
    pub fn magic(self) -> &'static [u8] {
        match self {
            Self::Bzip2 => b"BZh",
            Self::Gzip => &[0x1f, 0x8b],
            Self::Lzop => lzop::MAGIC,
            Self::Xz => &[0xfd, b'7', b'z', b'X', b'Z', 0],
            Self::Zstd => &[0x28, 0xb5, 0x2f, 0xfd],
        }
    }

    /// The name of the program.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bzip2 => "bzip2",
            Self::Gzip => "gzip",
            Self::Lzop => "lzop",
            Self::Xz => "xz",
            Self::Zstd => "zstd",
        }
    }

    /// What is inside.
    pub(crate) fn open(self, mut source: Source) -> io::Result<Source> {
        let base = source.base();
        headers::check(self, source.peek(headers::LEN)?, base)?;
        let place = Place::at(base);
        let read = place.count(BufReader::with_capacity(1 << 16, source.into_read()));
        let inside: Box<dyn Read + Send> = match self {
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(read)),
            Self::Gzip => Box::new(Gzip::new(read)),
            Self::Lzop => Box::new(lzop::Lzop::new(read, base)),
            Self::Xz => {
                let flags = liblzma::stream::CONCATENATED;
                let stream = liblzma::stream::Stream::new_stream_decoder(MAX_XZ_MEMORY, flags)?;
                Box::new(liblzma::bufread::XzDecoder::new_stream(read, stream))
            }
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(read)?;
                decoder.window_log_max(MAX_ZSTD_WINDOW_LOG)?;
                Box::new(decoder)
            }
        };
        let named = Named {
            compression: self,
            inside,
            place,
        };
        Ok(Source::Pipe(Pipe::new(Box::new(named), 0)))
    }
}

/// Gives the errors of a library the name of the compression, and the place in the compressed data.
struct Named {
    compression: Compression,
    inside: Box<dyn Read + Send>,
    place: Place,
}

impl Named {
    #[cold]
    fn name(&self, error: io::Error) -> io::Error {
        let ours_or_the_systems = error_of(&error).is_some() || error.raw_os_error().is_some();
        if ours_or_the_systems || error.kind() == io::ErrorKind::Interrupted {
            return error;
        }
        let at = self.place.now();
        let error = match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::at(
                ErrorKind::Truncated,
                at,
                "the input ends in the middle of the compressed data",
            ),
            _ => Error::at(
                ErrorKind::Validation,
                at,
                format!("the compressed data is damaged: {error}"),
            ),
        };
        io_error(error.inside(self.compression.name()))
    }
}

impl Read for Named {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.inside.read(out).map_err(|error| self.name(error))
    }
}

/// All members of a gzip file. Zeros behind the last one are padding, as for gzip itself.
struct Gzip<R> {
    /// Empty at the end, and after an error.
    member: Option<flate2::bufread::GzDecoder<Counted<R>>>,
}

impl<R: BufRead> Gzip<R> {
    fn new(read: Counted<R>) -> Self {
        Self {
            member: Some(flate2::bufread::GzDecoder::new(read)),
        }
    }
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let len = member.read(out)?;
            if len > 0 || out.is_empty() {
                return Ok(len);
            }
            let Some(member) = self.member.take() else {
                break;
            };
            let mut rest = member.into_inner();
            if another_member(&mut rest)? {
                self.member = Some(flate2::bufread::GzDecoder::new(rest));
            }
        }
        Ok(0)
    }
}

/// Skips zeros and says whether another member follows.
fn another_member(rest: &mut Counted<impl BufRead>) -> io::Result<bool> {
    loop {
        let bytes = rest.fill_buf()?;
        match bytes {
            [] => return Ok(false),
            [0x1f, ..] => return Ok(true),
            _ => {}
        }
        let zeros = bytes.iter().take_while(|&&byte| byte == 0).count();
        if zeros == 0 {
            let message = "something other than a member follows the compressed data";
            let error = Error::at(ErrorKind::Validation, rest.place().now(), message);
            return Err(io_error(error.inside("gzip")));
        }
        rest.consume(zeros);
    }
}
