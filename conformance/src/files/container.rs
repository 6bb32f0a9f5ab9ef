//! What people keep streams in: found by content, unwrapped layer by layer.
//!
//! In goes a mapped file or a pipe, out come the layers that were found and the stream inside. What the
//! stream means is left to others.

pub mod compressed;
mod facts;
mod fields;
pub mod libvirt;
mod lzo1x;
mod lzop;
pub mod multifd;
pub mod qcow2;
mod search;
mod source;
mod spool;

use std::io;

use vmsd_schema::wire::marker;
use vmsd_schema::{Error, ErrorKind};

use crate::limits::MAX_LAYERS;

pub use compressed::Compression;
pub use fields::{error_of, io_error};
pub use source::{Bytes, Pipe, Source, Window};

/// Bytes that tell every container from every other.
pub const HEAD_LEN: usize = 32;

/// What a stream or a container of one starts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A migration stream.
    Stream,
    /// What a compressing program wrote.
    Compressed(Compression),
    /// An image that libvirt saved.
    Libvirt,
    /// A qcow2 disk image.
    Qcow2,
    /// What went through one further channel of a multifd migration.
    Multifd,
}

impl Kind {
    /// The container that starts with these bytes; [`HEAD_LEN`] are enough.
    #[must_use]
    pub fn of(head: &[u8]) -> Option<Self> {
        let first_word = head.first_chunk().copied().map(u32::from_be_bytes);
        if first_word == Some(marker::FILE_MAGIC) {
            return Some(Self::Stream);
        }
        if head.starts_with(libvirt::MAGIC) || head.starts_with(libvirt::MAGIC_PARTIAL) {
            return Some(Self::Libvirt);
        }
        if head.starts_with(qcow2::MAGIC) {
            return Some(Self::Qcow2);
        }
        if head.starts_with(multifd::MAGIC) {
            return Some(Self::Multifd);
        }
        Compression::of(head).map(Self::Compressed)
    }

    /// The name in reports and errors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stream => "migration stream",
            Self::Compressed(compression) => compression.name(),
            Self::Libvirt => "libvirt save image",
            Self::Qcow2 => "qcow2 image",
            Self::Multifd => "multifd channel",
        }
    }
}

/// What a person says about where the stream is.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The stream, or its container, starts at this byte.
    pub offset: Option<u64>,
    /// The name or the id of the snapshot in a disk image.
    pub snapshot: Option<String>,
}

/// What was found, and the bytes inside.
#[non_exhaustive]
pub struct Opened {
    /// What was unwrapped, outermost first.
    pub layers: Vec<Layer>,
    /// What the bytes inside are.
    pub content: Content,
    /// The bytes inside.
    pub source: Source,
}

/// What the innermost bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// A migration stream.
    Stream,
    /// A further channel of a multifd migration, beside whose main channel it belongs.
    MultifdChannel(multifd::Init),
}

impl Content {
    /// The name in reports and errors.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stream => Kind::Stream.name(),
            Self::MultifdChannel(_) => Kind::Multifd.name(),
        }
    }
}

/// One thing that was unwrapped.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Layer {
    /// Where it starts in the layer around it.
    pub at: u64,
    /// What it is.
    pub what: Unwrapped,
}

/// What a layer is, with what its header says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Unwrapped {
    /// Other bytes before the stream, skipped because the user said so.
    OffsetGiven,
    /// Other bytes before the stream, skipped because the stream was found behind them.
    OffsetFound,
    /// What a compressing program wrote.
    Compressed(Compression),
    /// An image that libvirt saved.
    Libvirt(libvirt::Image),
    /// A disk image with a snapshot.
    Qcow2(qcow2::Image),
}

/// Unwraps `source` down to the stream.
///
/// # Errors
/// What the system says, and what is wrong with a container: then [`error_of`] the error has its place.
pub fn open(mut source: Source, options: &Options) -> io::Result<Opened> {
    let mut layers = Vec::new();
    if let Some(offset) = options.offset {
        skip_to(&mut source, offset)?;
        layers.push(Layer::new(offset, Unwrapped::OffsetGiven));
    }
    let mut searched = options.offset.is_some();
    let content = loop {
        let at = source.base();
        if layers.len() > MAX_LAYERS {
            let message = format!("more than {MAX_LAYERS} containers are inside each other");
            return Err(io_error(Error::at(ErrorKind::Limit, at, message)));
        }
        match Kind::of(source.peek(HEAD_LEN)?) {
            Some(Kind::Stream) => break Content::Stream,
            Some(Kind::Multifd) => {
                break Content::MultifdChannel(multifd::Init::read(
                    source.peek(multifd::INIT_LEN)?,
                )?)
            }
            Some(Kind::Compressed(compression)) => {
                source = compression.open(source)?;
                layers.push(Layer::new(at, Unwrapped::Compressed(compression)));
            }
            Some(Kind::Libvirt) => {
                let image = libvirt::open(&mut source)?;
                layers.push(Layer::new(at, Unwrapped::Libvirt(image)));
            }
            Some(Kind::Qcow2) => {
                let (image, state) = qcow2::open(source, options.snapshot.as_deref())?;
                source = Source::VmState(state);
                layers.push(Layer::new(at, Unwrapped::Qcow2(image)));
            }
            // A stream that ends in its magic is a stream for those who read streams: they say so.
            None if marker::FILE_MAGIC
                .to_be_bytes()
                .starts_with(source.peek(4)?) =>
            {
                break Content::Stream
            }
            None if searched => return Err(unknown(source.peek(HEAD_LEN)?, at)),
            None => {
                searched = true;
                source = search::find(source)?;
                layers.push(Layer::new(source.base(), Unwrapped::OffsetFound));
            }
        }
    };
    if options.snapshot.is_some() && !layers.iter().any(Layer::is_disk_image) {
        let message = "a snapshot was asked for, and this is not a disk image with snapshots";
        return Err(io_error(Error::new(ErrorKind::Unsupported, message)));
    }
    Ok(Opened {
        layers,
        content,
        source,
    })
}

impl Layer {
    fn new(at: u64, what: Unwrapped) -> Self {
        Self { at, what }
    }

    fn is_disk_image(&self) -> bool {
        matches!(self.what, Unwrapped::Qcow2(_))
    }
}

fn skip_to(source: &mut Source, offset: u64) -> io::Result<()> {
    let there = source.skip(offset)?;
    if there < offset {
        let message =
            format!("a stream was to be at {offset:#x}, and the input ends at {there:#x}");
        return Err(io_error(Error::at(ErrorKind::Truncated, there, message)));
    }
    Ok(())
}

/// The error of bytes that nothing is known of.
#[cold]
fn unknown(head: &[u8], at: u64) -> io::Error {
    if let Some((container, magic)) = cut_magic(head) {
        let message = format!(
            "the input ends {} bytes into the magic of {}",
            head.len(),
            magic.len()
        );
        return fields::fault(container, "magic", at, ErrorKind::Truncated, message);
    }
    let first = head
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .join(" ");
    let message =
        format!("neither a migration stream nor a container of one: it starts with {first}");
    io_error(Error::at(ErrorKind::Magic, at, message).inside("file header"))
}

/// The container whose magic the whole input is the front part of.
fn cut_magic(head: &[u8]) -> Option<(&'static str, &'static [u8])> {
    let magics = [
        (Kind::Libvirt, libvirt::MAGIC.as_slice()),
        (Kind::Libvirt, libvirt::MAGIC_PARTIAL.as_slice()),
        (Kind::Qcow2, qcow2::MAGIC.as_slice()),
        (Kind::Multifd, multifd::MAGIC.as_slice()),
    ]
    .into_iter()
    .chain(Compression::ALL.map(|one| (Kind::Compressed(one), one.magic())));
    magics
        .map(|(kind, magic)| (kind.name(), magic))
        .find(|(_, magic)| head.len() < magic.len() && magic.starts_with(head) && !head.is_empty())
}
