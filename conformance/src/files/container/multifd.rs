//! What goes through one of the further channels of a multifd migration: an initial packet, then packets of pages.
//!
//! Each packet has a header with the offsets of its pages in their block, then the pages. With zlib and zstd the pages of
//! all packets of a channel are one compressed stream, so a channel can only be read from its start.

mod beside;
mod inflate;
mod packet;

use std::io::{self, Read};

use vmsd_schema::ErrorKind;

use super::fields::{fault, Fields};
use inflate::Inflate;

pub use beside::channels_beside;
pub use packet::{DeviceState, Packet, PageCompression, Pages};

/// What a channel, and each packet of it, starts with.
pub const MAGIC: &[u8; 4] = &[0x11, 0x22, 0x33, 0x44];

/// Bytes of the initial packet.
pub const INIT_LEN: usize = 64;

/// Bytes of pages in one packet at most (`MULTIFD_PACKET_SIZE`).
pub const PACKET_SIZE: u32 = 512 << 10;

const NAME: &str = "multifd channel";
const VERSION: u32 = 1;

/// The initial packet of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Init {
    /// The uuid of the machine, zeros where it has none.
    pub uuid: [u8; 16],
    /// The number of the channel.
    pub id: u8,
}

impl Init {
    /// Reads the initial packet off the front of `bytes`.
    ///
    /// # Errors
    /// It is cut, or not of version 1.
    pub fn read(bytes: &[u8]) -> io::Result<Self> {
        let mut fields = Fields::new(NAME, bytes, 0);
        magic_and_version(&mut fields, 0)?;
        let uuid = fields.bytes("uuid", 16)?;
        let id = fields.u8("id")?;
        let at = fields.offset();
        if fields.bytes("unused", 39)?.iter().any(|&byte| byte != 0) {
            let message = "bytes that have no meaning yet are not zero";
            return Err(fault(NAME, "unused", at, ErrorKind::Unsupported, message));
        }
        let uuid = uuid.first_chunk().copied().unwrap_or_default();
        Ok(Self { uuid, id })
    }
}

/// The packets of one channel, in order.
pub struct Channel<R> {
    read: R,
    init: Init,
    page_size: u32,
    at: u64,
    inflate: Option<Inflate>,
    /// The pages of the packet that was read last; at most [`PACKET_SIZE`].
    data: Vec<u8>,
}

impl<R: Read> Channel<R> {
    /// The channel that starts with the next byte of `read`. `page_size` is the target's, which only the main
    /// channel tells; 4096 but for few machines.
    ///
    /// # Errors
    /// The initial packet is not there, or the page size is no power of two below [`PACKET_SIZE`].
    pub fn new(mut read: R, page_size: u32) -> io::Result<Self> {
        if !page_size.is_power_of_two() || !(512..=PACKET_SIZE).contains(&page_size) {
            let message =
                format!("pages of {page_size} bytes do not fit into packets of {PACKET_SIZE}");
            return Err(fault(NAME, "page size", 0, ErrorKind::Bound, message));
        }
        let init = Init::read(&read_up_to(&mut read, INIT_LEN as u64)?)?;
        Ok(Self {
            read,
            init,
            page_size,
            at: INIT_LEN as u64,
            inflate: None,
            data: Vec::new(),
        })
    }

    /// The initial packet.
    #[must_use]
    pub fn init(&self) -> Init {
        self.init
    }

    /// The next packet; none at the end of the channel.
    ///
    /// # Errors
    /// What the system says, and a packet against the format.
    pub fn next_packet(&mut self) -> io::Result<Option<Packet<'_>>> {
        let start = self.at;
        let bytes = self.take_up_to(packet::COMMON_LEN)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let mut fields = Fields::new(NAME, &bytes, start);
        magic_and_version(&mut fields, start)?;
        let flags = fields.u32("flags")?;
        if flags & packet::flag::DEVICE_STATE != 0 {
            return self.device_state(flags).map(Some);
        }
        let compression = PageCompression::of(flags, start + 8)?;
        let header_at = self.at;
        let header_len = packet::pages_header_len(self.page_size);
        let header = self.take_up_to(header_len)?;
        let header = packet::PagesHeader::read(&header, header_at, self.page_size)?;
        self.fill(&header, compression)?;
        Ok(Some(Packet::Pages(header.into_pages(
            flags,
            compression,
            &self.data,
        ))))
    }

    /// Puts the pages of a packet into `data`.
    fn fill(
        &mut self,
        header: &packet::PagesHeader,
        compression: PageCompression,
    ) -> io::Result<()> {
        let len = header.normal_len();
        self.data.clear();
        // QEMU 7.2 leaves the size of an earlier packet in one without pages, which has no bytes either.
        if len == 0 {
            return Ok(());
        }
        let at = self.at;
        let packed_len = header.next_packet_size(compression)?;
        let packed = self.take_up_to(u64::from(packed_len))?;
        if packed.len() as u64 != u64::from(packed_len) {
            let message = format!(
                "the input ends {} bytes into {packed_len} bytes of pages",
                packed.len()
            );
            return Err(fault(NAME, "pages", at, ErrorKind::Truncated, message));
        }
        let kind = match compression {
            PageCompression::None => {
                self.data = packed;
                return Ok(());
            }
            PageCompression::Zlib | PageCompression::Zstd => compression,
        };
        let inflate = match self.inflate.take().filter(|inflate| inflate.is(kind)) {
            Some(inflate) => inflate,
            None => Inflate::new(kind)?,
        };
        let inflate = self.inflate.insert(inflate);
        self.data.resize(len, 0);
        inflate
            .fill(&packed, &mut self.data)
            .map_err(|message| fault(NAME, "pages", at, ErrorKind::Validation, message))
    }

    fn device_state(&mut self, flags: u32) -> io::Result<Packet<'_>> {
        let at = self.at;
        let header = self.take_up_to(packet::DEVICE_STATE_LEN)?;
        let mut state = DeviceState::read(&header, at, flags)?;
        let data_at = self.at;
        state.data = self.take_up_to(u64::from(state.len))?;
        if state.data.len() as u64 != u64::from(state.len) {
            let message = format!(
                "the input ends {} bytes into {} bytes of a device's state",
                state.data.len(),
                state.len
            );
            return Err(fault(
                NAME,
                "next_packet_size",
                data_at,
                ErrorKind::Truncated,
                message,
            ));
        }
        Ok(Packet::DeviceState(state))
    }

    fn take_up_to(&mut self, len: u64) -> io::Result<Vec<u8>> {
        let bytes = read_up_to(&mut self.read, len)?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }
}

fn magic_and_version(fields: &mut Fields<'_>, at: u64) -> io::Result<()> {
    let magic = fields.bytes("magic", MAGIC.len())?;
    if magic != MAGIC {
        let message = format!("no packet starts here, but {magic:02x?}");
        return Err(fault(NAME, "magic", at, ErrorKind::Magic, message));
    }
    let version = fields.u32("version")?;
    if version != VERSION {
        let message = format!("version {version} is not {VERSION}");
        return Err(fault(NAME, "version", at + 4, ErrorKind::Version, message));
    }
    Ok(())
}

/// The next `len` bytes as far as there are any; the memory grows with what is there.
fn read_up_to(read: &mut impl Read, len: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read.by_ref().take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}
