//! A cursor over the header of a container: fields by name, and the errors that name them.

use std::borrow::Cow;
use std::io;

use vmsd_schema::wire::Reader;
use vmsd_schema::{Error, ErrorKind};

/// Reads fields off the front of `bytes`. Every error names the container and the field.
pub(super) struct Fields<'a> {
    container: &'static str,
    reader: Reader<'a>,
    little: bool,
}

impl<'a> Fields<'a> {
    /// A cursor over `bytes`, which stand at `base` of what is unwrapped. Big-endian.
    pub(super) fn new(container: &'static str, bytes: &'a [u8], base: u64) -> Self {
        Self {
            container,
            reader: Reader::with_base(bytes, base),
            little: false,
        }
    }

    /// The same cursor over little-endian fields.
    pub(super) fn little(mut self, little: bool) -> Self {
        self.little = little;
        self
    }

    pub(super) fn bytes(&mut self, field: &'static str, len: usize) -> io::Result<&'a [u8]> {
        self.reader
            .bytes(len)
            .map_err(|error| self.name(error, field))
    }

    pub(super) fn u8(&mut self, field: &'static str) -> io::Result<u8> {
        let [byte] = self.array(field)?;
        Ok(byte)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> io::Result<u16> {
        let bytes = self.array(field)?;
        Ok(if self.little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    }

    pub(super) fn u32(&mut self, field: &'static str) -> io::Result<u32> {
        let bytes = self.array(field)?;
        Ok(if self.little {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    }

    pub(super) fn u64(&mut self, field: &'static str) -> io::Result<u64> {
        let bytes = self.array(field)?;
        Ok(if self.little {
            u64::from_le_bytes(bytes)
        } else {
            u64::from_be_bytes(bytes)
        })
    }

    /// Where the next field stands.
    pub(super) fn offset(&self) -> u64 {
        self.reader.offset()
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> io::Result<[u8; N]> {
        self.reader.array().map_err(|error| self.name(error, field))
    }

    fn name(&self, error: Error, field: &'static str) -> io::Error {
        let section = section(self.container);
        io_error(error.inside(field).inside(self.container).cite(section))
    }
}

/// The section of docs/format.md that has a container.
fn section(container: &str) -> &'static str {
    match container {
        "libvirt save image" => "9.1",
        "qcow2 image" => "9.2",
        "multifd channel" => "2.6",
        _ => "9.3",
    }
}

/// Something wrong with `field` of `container`, which stands at `at`.
#[cold]
pub(super) fn fault(
    container: &'static str,
    field: impl Into<Cow<'static, str>>,
    at: u64,
    kind: ErrorKind,
    message: impl Into<Cow<'static, str>>,
) -> io::Error {
    let error = Error::at(kind, at, message).inside(field).inside(container);
    io_error(error.cite(section(container)))
}

/// The form in which an error passes through [`io::Read`].
#[cold]
pub fn io_error(error: Error) -> io::Error {
    let kind = match error.kind() {
        ErrorKind::Truncated => io::ErrorKind::UnexpectedEof,
        ErrorKind::Unsupported => io::ErrorKind::Unsupported,
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, error)
}

/// The error that passed through [`io::Read`], if it was one of ours.
#[must_use]
pub fn error_of(error: &io::Error) -> Option<&Error> {
    error.get_ref()?.downcast_ref()
}
