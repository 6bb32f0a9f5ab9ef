//! Typed devices, as far as the reader of streams needs them.

use crate::decode::typed::Registry;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Description, Dialect};
use crate::wire::Reader;

/// A body that no one has read yet.
pub struct Unread<'a> {
    /// The section's name.
    pub idstr: &'a str,
    /// Which of several of one name.
    pub instance: u32,
    /// The version of the body.
    pub version: u32,
    /// At the body, over everything that follows it.
    pub reader: Reader<'a>,
    /// What the stream says of it.
    pub description: Option<&'a Description>,
    /// Whether a section of this stream can end where a reader stands.
    pub ends: &'a dyn Fn(&Reader<'_>) -> bool,
}

/// What a mirror made of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirrored {
    /// Bytes of the body.
    pub len: u64,
    /// Its layout.
    pub description: Description,
}

/// Typed devices by name.
pub trait Mirrors {
    /// Reads a body; `None` where nothing knows the device.
    fn read(&self, body: &Unread<'_>) -> Option<Result<Mirrored>>;
}

/// No mirrors.
impl Mirrors for () {
    fn read(&self, _: &Unread<'_>) -> Option<Result<Mirrored>> {
        None
    }
}

impl Mirrors for Registry {
    fn read(&self, body: &Unread<'_>) -> Option<Result<Mirrored>> {
        self.candidates(body.idstr).next()?;
        Some(inspect(self, body))
    }
}

fn inspect(registry: &Registry, body: &Unread<'_>) -> Result<Mirrored> {
    let Unread {
        idstr,
        version,
        description,
        ..
    } = *body;
    let mut reader = body.reader.clone();
    let mut inspected = registry.inspect(idstr, &mut reader, version, description, |end| {
        (body.ends)(end)
    })?;
    let start = body.reader.offset();
    let len = reader.offset() - start;
    // Of all dialects this one describes most: every run of NULL pointers.
    let described = inspected.state.layout(Dialect::Qemu10_0, version);
    let described = described.map_err(|error| error.or_at(start))?;
    if described.bytes.len() as u64 == len {
        return Ok(Mirrored {
            len,
            description: described.description,
        });
    }
    let message = format!(
        "the mirror reads {len} bytes and writes {}",
        described.bytes.len()
    );
    Err(Error::at(ErrorKind::Description, start, message).inside(idstr.to_owned()))
}
