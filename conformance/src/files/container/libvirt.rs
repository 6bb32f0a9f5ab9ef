//! The image that libvirt's `virsh save`, managed save and external memory snapshots write.
//!
//! 92 bytes of header in the byte order of the host, the domain's XML, a cookie in XML, zeros, and the
//! stream: plain, compressed, or with mapped-ram, whose offsets count from the start of the image.

use std::io;

use vmsd_schema::ErrorKind;

use super::compressed::Compression;
use super::fields::{fault, Fields};
use super::source::Source;
use super::Kind;
use crate::limits::MAX_LIBVIRT_DATA;

/// The magic of a whole image.
pub const MAGIC: &[u8; 16] = b"LibvirtQemudSave";
/// The magic that stands there until the image is whole.
pub const MAGIC_PARTIAL: &[u8; 16] = b"LibvirtQemudPart";

const NAME: &str = "libvirt save image";
const HEADER_LEN: u64 = 92;
const NEWEST_VERSION: u32 = 2;

/// What the header says, and the texts behind it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Image {
    /// libvirt did not finish writing it: it still has the magic of a partial image.
    pub partial: bool,
    /// Whether the header's numbers are little-endian, as the saving host was.
    pub little_endian: bool,
    /// The version of the image, 1 or 2.
    pub version: u32,
    /// Whether the guest ran when it was saved.
    pub was_running: bool,
    /// What the stream is wrapped in.
    pub format: Format,
    /// The domain's XML, without the NUL.
    pub xml: Vec<u8>,
    /// libvirt's cookie, without the NUL.
    pub cookie: Option<Vec<u8>>,
}

/// What libvirt says that the stream is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// The stream as it is.
    Raw,
    /// Compressed by a program.
    Compressed(Compression),
    /// The stream as it is, with mapped-ram.
    Sparse,
}

impl Format {
    /// The name in libvirt's configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Compressed(compression) => compression.name(),
            Self::Sparse => "sparse",
        }
    }

    fn of(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Raw,
            1 => Self::Compressed(Compression::Gzip),
            2 => Self::Compressed(Compression::Bzip2),
            3 => Self::Compressed(Compression::Xz),
            4 => Self::Compressed(Compression::Lzop),
            5 => Self::Compressed(Compression::Zstd),
            6 => Self::Sparse,
            _ => return None,
        })
    }
}

/// The numbers of the header.
struct Header {
    data_len: u32,
    cookie_offset: u32,
    image: Image,
}

/// Reads header and texts off `source`, which then stands at the stream, and checks that what the header
/// says is there.
pub(super) fn open(source: &mut Source) -> io::Result<Image> {
    let base = source.base();
    let header = source.take(HEADER_LEN)?;
    let header = read_header(&header, base)?;
    let data = read_data(source, base, &header)?;
    let image = split_data(&data, base, header)?;
    check_stream(source, base, &image)?;
    Ok(image)
}

fn read_header(bytes: &[u8], base: u64) -> io::Result<Header> {
    let mut magic = Fields::new(NAME, bytes, base);
    let partial = magic.bytes("magic", MAGIC.len())? == MAGIC_PARTIAL;
    let little_endian = Fields::new(
        NAME,
        bytes.get(MAGIC.len()..).unwrap_or_default(),
        base + 16,
    )
    .little(true)
    .u32("version")?
        <= NEWEST_VERSION;
    let mut fields = magic.little(little_endian);
    let version = fields.u32("version")?;
    if version == 0 || version > NEWEST_VERSION {
        let message = format!("version {version:#x} is neither 1 nor 2 in either byte order");
        return Err(at(base, 16, "version", ErrorKind::Version, message));
    }
    let data_len = fields.u32("data_len")?;
    if data_len > MAX_LIBVIRT_DATA {
        let message = format!("{data_len} bytes of XML are more than {MAX_LIBVIRT_DATA}");
        return Err(at(base, 20, "data_len", ErrorKind::Limit, message));
    }
    let was_running = match fields.u32("was_running")? {
        0 => false,
        1 => true,
        other => {
            let message = format!("{other:#x} is neither yes (1) nor no (0)");
            return Err(at(base, 24, "was_running", ErrorKind::Validation, message));
        }
    };
    let number = fields.u32("format")?;
    let Some(mut format) = Format::of(number) else {
        let message = format!("there is no format {number}");
        return Err(at(base, 28, "format", ErrorKind::Unsupported, message));
    };
    if version < 2 {
        // libvirt runs no decompressor for an older image, whatever this field says.
        format = Format::Raw;
    }
    let cookie_offset = fields.u32("cookieOffset")?;
    if cookie_offset != 0 && cookie_offset >= data_len {
        let message =
            format!("the cookie at {cookie_offset} is not inside the {data_len} bytes of data_len");
        return Err(at(base, 32, "cookieOffset", ErrorKind::Bound, message));
    }
    for index in 0..14 {
        let offset = fields.offset();
        if fields.u32("unused")? != 0 {
            let message = "a word that has no meaning yet is not zero";
            return Err(fault(
                NAME,
                format!("unused[{index}]"),
                offset,
                ErrorKind::Unsupported,
                message,
            ));
        }
    }
    Ok(Header {
        data_len,
        cookie_offset,
        image: Image {
            partial,
            little_endian,
            version,
            was_running,
            format,
            xml: Vec::new(),
            cookie: None,
        },
    })
}

fn read_data(source: &mut Source, base: u64, header: &Header) -> io::Result<Vec<u8>> {
    let data = source.take(u64::from(header.data_len))?;
    if data.len() as u64 != u64::from(header.data_len) {
        let message = format!(
            "{} bytes of XML should follow and the input ends after {}",
            header.data_len,
            data.len()
        );
        return Err(at(base, 20, "data_len", ErrorKind::Truncated, message));
    }
    Ok(data)
}

/// Takes XML and cookie out of the bytes before the stream. What is around them must be zeros: so a damaged
/// `cookieOffset` is seen.
fn split_data(data: &[u8], base: u64, header: Header) -> io::Result<Image> {
    let cookie_at = usize::try_from(header.cookie_offset).unwrap_or(usize::MAX);
    let (xml, cookie) = match cookie_at {
        0 => (data, None),
        _ => data
            .split_at_checked(cookie_at)
            .map(|(xml, cookie)| (xml, Some(cookie)))
            .unwrap_or((data, None)),
    };
    let xml = text(xml).map_err(|wrong| match wrong {
        Wrong::NoEnd => at(
            base,
            20,
            "data_len",
            ErrorKind::Validation,
            "the domain's XML before the stream is not ended by a NUL",
        ),
        Wrong::Rest => at(
            base,
            32,
            "cookieOffset",
            ErrorKind::Validation,
            "there is text after the domain's XML that this field does not lead to",
        ),
    })?;
    let cookie = cookie.map(text).transpose().map_err(|wrong| match wrong {
        Wrong::NoEnd => at(
            base,
            32,
            "cookieOffset",
            ErrorKind::Validation,
            "the cookie is not ended by a NUL",
        ),
        Wrong::Rest => at(
            base,
            20,
            "data_len",
            ErrorKind::Validation,
            "there is something other than zeros between the cookie and the stream",
        ),
    })?;
    if cookie.is_some_and(<[u8]>::is_empty) {
        return Err(at(
            base,
            32,
            "cookieOffset",
            ErrorKind::Validation,
            "there is no cookie where this field leads",
        ));
    }
    Ok(Image {
        xml: xml.to_vec(),
        cookie: cookie.map(<[u8]>::to_vec),
        ..header.image
    })
}

enum Wrong {
    NoEnd,
    Rest,
}

/// The bytes before the first NUL, after which there must be nothing but zeros.
fn text(bytes: &[u8]) -> Result<&[u8], Wrong> {
    let end = memchr::memchr(0, bytes).ok_or(Wrong::NoEnd)?;
    let (text, rest) = bytes.split_at_checked(end).ok_or(Wrong::NoEnd)?;
    if rest.iter().all(|&byte| byte == 0) {
        Ok(text)
    } else {
        Err(Wrong::Rest)
    }
}

/// The next layer must be the one that the header announces.
fn check_stream(source: &mut Source, base: u64, image: &Image) -> io::Result<()> {
    let stream_at = source.base();
    let found = Kind::of(source.peek(super::HEAD_LEN)?);
    let announced = match image.format {
        Format::Raw | Format::Sparse => Kind::Stream,
        Format::Compressed(compression) => Kind::Compressed(compression),
    };
    let found_name = match found {
        Some(found) if found == announced => return Ok(()),
        Some(found) => found.name(),
        None => {
            let message = format!(
                "no {} is at {stream_at:#x}, where the {} bytes of XML end",
                announced.name(),
                stream_at.saturating_sub(base + HEADER_LEN)
            );
            return Err(at(base, 20, "data_len", ErrorKind::Magic, message));
        }
    };
    let message = format!(
        "the format is {}, and a {found_name} is at {stream_at:#x}",
        image.format.name()
    );
    Err(at(base, 28, "format", ErrorKind::Mismatch, message))
}

fn at(
    base: u64,
    offset: u64,
    field: &'static str,
    kind: ErrorKind,
    message: impl Into<std::borrow::Cow<'static, str>>,
) -> io::Error {
    fault(NAME, field, base.saturating_add(offset), kind, message)
}
