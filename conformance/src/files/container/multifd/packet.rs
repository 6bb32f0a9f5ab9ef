//! The headers of multifd packets: of pages, and of a device's state.

use std::io;

use vmsd_schema::ErrorKind;

use super::{NAME, PACKET_SIZE};
use crate::files::container::fields::{fault, Fields};
use crate::limits::{MAX_COMPRESSED_PACKET, MAX_DEVICE_STATE};

/// Magic, version and flags, which every packet has.
pub(super) const COMMON_LEN: u64 = 12;

/// The rest of the header of a packet with a device's state.
pub(super) const DEVICE_STATE_LEN: u64 = 264;

pub(super) mod flag {
    pub(in super::super) const SYNC: u32 = 1;
    pub(in super::super) const COMPRESSION_MASK: u32 = 0x3e;
    pub(in super::super) const DEVICE_STATE: u32 = 0x40;
}

/// One packet.
#[derive(Debug)]
#[non_exhaustive]
pub enum Packet<'a> {
    /// Pages of a RAM block; none where the packet only says SYNC.
    Pages(Pages<'a>),
    /// A piece of a device's state (QEMU 10.0 and later).
    DeviceState(DeviceState),
}

/// Pages of one RAM block.
#[derive(Debug)]
#[non_exhaustive]
pub struct Pages<'a> {
    /// The source waits here until all channels are so far.
    pub sync: bool,
    /// The number of the packet, counted over all channels.
    pub number: u64,
    /// How the pages came.
    pub compression: PageCompression,
    /// The name of the block; empty where there are no pages.
    pub block: Vec<u8>,
    /// Where in the block the pages with content belong.
    pub normal: Vec<u64>,
    /// Where in the block pages are zero.
    pub zero: Vec<u64>,
    /// The content: as many pages as `normal` has entries.
    pub data: &'a [u8],
}

/// How the pages of a packet came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageCompression {
    /// As they are.
    None,
    /// One zlib stream for the channel.
    Zlib,
    /// One Zstandard stream for the channel.
    Zstd,
}

impl PageCompression {
    /// The name of the method in QEMU.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Zlib => "zlib",
            Self::Zstd => "zstd",
        }
    }

    pub(super) fn of(flags: u32, at: u64) -> io::Result<Self> {
        const KNOWN: u32 = flag::SYNC | flag::COMPRESSION_MASK;
        if flags & !KNOWN != 0 {
            let message = format!("{flags:#x} has flags that nobody knows here");
            return Err(fault(NAME, "flags", at, ErrorKind::Unsupported, message));
        }
        let other = match flags & flag::COMPRESSION_MASK {
            0 => return Ok(Self::None),
            2 => return Ok(Self::Zlib),
            4 => return Ok(Self::Zstd),
            8 => "QPL",
            16 => "UADK",
            32 => "QATzip",
            _ => "several methods at once",
        };
        let message = format!("the pages are compressed by {other}, which is not read here");
        Err(fault(NAME, "flags", at, ErrorKind::Unsupported, message))
    }
}

/// The length of what follows [`COMMON_LEN`]: it depends on how many pages fit into a packet, not on how many there are.
pub(super) fn pages_header_len(page_size: u32) -> u64 {
    0x140 - COMMON_LEN + u64::from(PACKET_SIZE / page_size) * 8
}

/// What the header of a packet of pages says.
pub(super) struct PagesHeader {
    at: u64,
    next_packet_size: u32,
    normal_len: usize,
    number: u64,
    block: Vec<u8>,
    normal: Vec<u64>,
    zero: Vec<u64>,
}

impl PagesHeader {
    /// Reads what follows the flags, which stands at `at`.
    pub(super) fn read(bytes: &[u8], at: u64, page_size: u32) -> io::Result<Self> {
        let most = PACKET_SIZE / page_size;
        let mut fields = Fields::new(NAME, bytes, at);
        let alloc = fields.u32("pages_alloc")?;
        if alloc > most {
            let message = format!("{alloc} is more than {most}");
            return Err(fault(NAME, "pages_alloc", at, ErrorKind::Bound, message));
        }
        let normal = fields.u32("normal_pages")?;
        if normal > most {
            let message = format!("{normal} is more than {most}");
            return Err(fault(
                NAME,
                "normal_pages",
                at + 4,
                ErrorKind::Bound,
                message,
            ));
        }
        let next_packet_size = fields.u32("next_packet_size")?;
        let number = fields.u64("packet_num")?;
        let zero = fields.u32("zero_pages")?;
        if zero > most - normal {
            let message = format!("{zero}, and {normal} others, are more than {most}");
            return Err(fault(
                NAME,
                "zero_pages",
                at + 20,
                ErrorKind::Bound,
                message,
            ));
        }
        let unused_at = fields.offset();
        if fields.bytes("unused", 28)?.iter().any(|&byte| byte != 0) {
            let message = "bytes that have no meaning yet are not zero";
            return Err(fault(
                NAME,
                "unused",
                unused_at,
                ErrorKind::Unsupported,
                message,
            ));
        }
        let block = name(&mut fields, "ramblock")?;
        let mut offsets = |count: u32| {
            (0..count)
                .map(|_| page_offset(&mut fields, page_size))
                .collect()
        };
        let normal_offsets: io::Result<Vec<u64>> = offsets(normal);
        let zero_offsets: io::Result<Vec<u64>> = offsets(zero);
        let (normal_offsets, zero_offsets) = (normal_offsets?, zero_offsets?);
        fields.bytes(
            "offset",
            usize::try_from(most - normal - zero).unwrap_or(0) * 8,
        )?;
        if block.is_empty() && normal + zero > 0 {
            let message = "pages of a block without a name";
            return Err(fault(
                NAME,
                "ramblock",
                at + 52,
                ErrorKind::Validation,
                message,
            ));
        }
        Ok(Self {
            at,
            next_packet_size,
            normal_len: usize::try_from(normal * page_size).unwrap_or(0),
            number,
            block,
            normal: normal_offsets,
            zero: zero_offsets,
        })
    }

    /// Bytes of pages with content.
    pub(super) fn normal_len(&self) -> usize {
        self.normal_len
    }

    /// Bytes that follow for those pages.
    pub(super) fn next_packet_size(&self, compression: PageCompression) -> io::Result<u32> {
        let size = self.next_packet_size;
        let wrong = match compression {
            PageCompression::None => u64::from(size) != self.normal_len as u64,
            PageCompression::Zlib | PageCompression::Zstd => {
                size == 0 || size > MAX_COMPRESSED_PACKET
            }
        };
        if wrong {
            let message = format!(
                "{size} bytes for {} bytes of pages, compression {}",
                self.normal_len,
                compression.name()
            );
            return Err(fault(
                NAME,
                "next_packet_size",
                self.at + 8,
                ErrorKind::Bound,
                message,
            ));
        }
        Ok(size)
    }

    pub(super) fn into_pages(
        self,
        flags: u32,
        compression: PageCompression,
        data: &[u8],
    ) -> Pages<'_> {
        Pages {
            sync: flags & flag::SYNC != 0,
            number: self.number,
            compression,
            block: self.block,
            normal: self.normal,
            zero: self.zero,
            data,
        }
    }
}

fn page_offset(fields: &mut Fields<'_>, page_size: u32) -> io::Result<u64> {
    let at = fields.offset();
    let offset = fields.u64("offset")?;
    if offset % u64::from(page_size) != 0 {
        let message = format!("{offset:#x} is not the start of a page of {page_size} bytes");
        return Err(fault(NAME, "offset", at, ErrorKind::Bound, message));
    }
    Ok(offset)
}

/// A name in 256 bytes, ended by a NUL.
fn name(fields: &mut Fields<'_>, field: &'static str) -> io::Result<Vec<u8>> {
    let at = fields.offset();
    let bytes = fields.bytes(field, 256)?;
    let Some(end) = memchr::memchr(0, bytes) else {
        return Err(fault(
            NAME,
            field,
            at,
            ErrorKind::Validation,
            "the name is not ended by a NUL",
        ));
    };
    Ok(bytes.get(..end).unwrap_or_default().to_vec())
}

/// A piece of a device's state.
#[derive(Debug)]
#[non_exhaustive]
pub struct DeviceState {
    /// The source waits here until all channels are so far.
    pub sync: bool,
    /// The name of the device, as a section would have it.
    pub idstr: Vec<u8>,
    /// Which device of that name.
    pub instance_id: u32,
    /// The piece.
    pub data: Vec<u8>,
    pub(super) len: u32,
}

impl DeviceState {
    /// Reads what follows the flags, which stands at `at`; the piece is not read yet.
    pub(super) fn read(bytes: &[u8], at: u64, flags: u32) -> io::Result<Self> {
        let mut fields = Fields::new(NAME, bytes, at);
        let idstr = name(&mut fields, "idstr")?;
        if idstr.is_empty() {
            return Err(fault(
                NAME,
                "idstr",
                at,
                ErrorKind::Validation,
                "the device has no name",
            ));
        }
        let instance_id = fields.u32("instance_id")?;
        let size_at = fields.offset();
        let len = fields.u32("next_packet_size")?;
        if len > MAX_DEVICE_STATE {
            let message = format!(
                "{len} bytes of a device's state in one packet are more than {MAX_DEVICE_STATE}"
            );
            return Err(fault(
                NAME,
                "next_packet_size",
                size_at,
                ErrorKind::Limit,
                message,
            ));
        }
        Ok(Self {
            sync: flags & flag::SYNC != 0,
            idstr,
            instance_id,
            data: Vec::new(),
            len,
        })
    }
}
