//! The machine's state in a snapshot: guest data behind the disk's end, read cluster by cluster through the
//! snapshot's L1 table.

use std::io::{self, Read};

use vmsd_schema::ErrorKind;

use super::snapshot::Snapshot;
use super::{Geometry, NAME};
use crate::files::container::fields::fault;
use crate::files::container::spool::Disk;
use crate::limits::MAX_CLUSTER_RATIO;

/// The bits of an entry of an L1 or L2 table that are an offset in the file.
const OFFSET_MASK: u64 = 0x00ff_ffff_ffff_fe00;
/// `QCOW_OFLAG_COMPRESSED`.
const COMPRESSED: u64 = 1 << 62;
/// `QCOW_OFLAG_ZERO`, from version 3 on.
const ZERO: u64 = 1;

/// The state of a machine in a disk image: one byte after the other, or at any place.
pub struct VmState {
    map: Map,
    len: u64,
    pos: u64,
    head: Vec<u8>,
}

impl VmState {
    pub(super) fn new(disk: Disk, geometry: Geometry, snapshot: &Snapshot) -> io::Result<Self> {
        let len = snapshot.vm_state_size;
        if len > disk.len().saturating_mul(MAX_CLUSTER_RATIO) {
            let message = format!(
                "an image of {} bytes cannot hold {len} bytes of state",
                disk.len()
            );
            return Err(snapshot.fault("vm_state_size", ErrorKind::Bound, message));
        }
        let span = geometry.l1_span();
        let start = snapshot.disk_size.checked_next_multiple_of(span);
        let end = start.and_then(|start| start.checked_add(len));
        let (Some(start), Some(end)) = (start, end) else {
            let message = format!(
                "no state can be behind a disk of {} bytes",
                snapshot.disk_size
            );
            return Err(snapshot.fault("disk_size", ErrorKind::Bound, message));
        };
        if end.div_ceil(span) > u64::from(snapshot.l1_size) {
            let message = format!(
                "{} entries do not reach the end of the state: {} are needed by disk_size and vm_state_size",
                snapshot.l1_size,
                end.div_ceil(span)
            );
            return Err(snapshot.fault("l1_size", ErrorKind::Bound, message));
        }
        Ok(Self {
            map: Map {
                disk,
                geometry,
                l1_offset: snapshot.l1_table_offset,
                start,
                l2: None,
                inflated: None,
            },
            len,
            pos: 0,
            head: Vec::new(),
        })
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where the state starts as the guest would see it, behind its disk.
    #[must_use]
    pub fn guest_offset(&self) -> u64 {
        self.map.start
    }

    /// Fills `out` from `pos` on as far as there is state, and says how far.
    ///
    /// # Errors
    /// What the system says, and entries of the tables that lead nowhere.
    pub fn read_at(&mut self, pos: u64, out: &mut [u8]) -> io::Result<usize> {
        let mut done = 0;
        while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let at = pos.saturating_add(done as u64);
            let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
            let piece_len = left.min(rest.len());
            let Some(piece) = rest.get_mut(..piece_len).filter(|piece| !piece.is_empty()) else {
                break;
            };
            done += self.map.read(at, piece)?;
        }
        Ok(done)
    }

    pub(in crate::files::container) fn peek(&mut self, len: usize) -> io::Result<&[u8]> {
        let mut head = vec![0; len];
        let there = self.read_at(self.pos, &mut head)?;
        head.truncate(there);
        self.head = head;
        Ok(&self.head)
    }
}

impl Read for VmState {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let len = self.read_at(self.pos, out)?;
        self.pos += len as u64;
        Ok(len)
    }
}

/// The way from a byte of the state to a byte of the file.
struct Map {
    disk: Disk,
    geometry: Geometry,
    l1_offset: u64,
    /// Where the state starts in what the tables map.
    start: u64,
    /// The L2 table that was last needed: its number, and its bytes.
    l2: Option<(u64, Vec<u8>)>,
    /// The compressed cluster that was last needed: its entry, and its bytes.
    inflated: Option<(u64, Vec<u8>)>,
}

/// What is mapped at a place, up to the end of its cluster or subcluster.
enum Mapped {
    /// Bytes of the file.
    At(u64),
    Zeros,
    /// A compressed cluster.
    Compressed(u64),
}

impl Map {
    /// Fills the front of `out`, which is not empty, with the state from `pos` on.
    fn read(&mut self, pos: u64, out: &mut [u8]) -> io::Result<usize> {
        let guest = self.start.saturating_add(pos);
        let within = guest % self.geometry.cluster_size();
        let unit = self.unit();
        let left = unit - guest % unit;
        let len = usize::try_from(left).unwrap_or(usize::MAX).min(out.len());
        let (out, _) = out.split_at_mut(len);
        match self.find(guest)? {
            Mapped::Zeros => out.fill(0),
            Mapped::At(cluster) => self.read_file(cluster + within, out)?,
            Mapped::Compressed(entry) => {
                let from = usize::try_from(within).unwrap_or(usize::MAX);
                let bytes = self.inflate(entry)?;
                let mut bytes = bytes.get(from..).unwrap_or_default();
                bytes.read_exact(out)?;
            }
        }
        Ok(len)
    }

    /// Bytes that are mapped as one.
    fn unit(&self) -> u64 {
        if self.geometry.extended_l2 {
            self.geometry.cluster_size() / 32
        } else {
            self.geometry.cluster_size()
        }
    }

    fn find(&mut self, guest: u64) -> io::Result<Mapped> {
        let number = guest / self.geometry.l1_span();
        let Some(table_offset) = self.l2_table(number)? else {
            return Ok(Mapped::Zeros);
        };
        let index = guest / self.geometry.cluster_size() % self.geometry.l2_entries();
        let entry_at = index * self.geometry.l2_entry_len();
        let place = table_offset + entry_at;
        let table = self.l2.as_ref().map(|(_, table)| table.as_slice());
        let entry = word(table.unwrap_or_default(), entry_at);
        if entry & COMPRESSED != 0 {
            return Ok(Mapped::Compressed(entry));
        }
        let cluster = entry & OFFSET_MASK;
        if cluster % self.geometry.cluster_size() != 0 || cluster >= self.disk.len() {
            let message = format!(
                "the entry leads to {cluster:#x}, which is not the start of a cluster in the file"
            );
            return Err(fault(NAME, "L2 entry", place, ErrorKind::Bound, message));
        }
        if self.geometry.extended_l2 {
            let bitmap = word(table.unwrap_or_default(), entry_at + 8);
            return subcluster(bitmap, guest / self.unit() % 32, cluster, place);
        }
        let zero = entry & ZERO != 0 && self.geometry.version >= 3;
        Ok(if zero || cluster == 0 {
            Mapped::Zeros
        } else {
            Mapped::At(cluster)
        })
    }

    /// Has the L2 table with this number ready and says where it stands, if there is one.
    fn l2_table(&mut self, number: u64) -> io::Result<Option<u64>> {
        let place = self.l1_offset.saturating_add(number.saturating_mul(8));
        let mut entry = [0; 8];
        self.read_file(place, &mut entry)?;
        let offset = u64::from_be_bytes(entry) & OFFSET_MASK;
        if offset == 0 {
            return Ok(None);
        }
        if self
            .l2
            .as_ref()
            .is_some_and(|(cached, _)| *cached == number)
        {
            return Ok(Some(offset));
        }
        let len = self.geometry.cluster_size();
        let end = offset.saturating_add(len);
        if offset % len != 0 || end > self.disk.len() {
            let message = format!(
                "the entry leads to {offset:#x}, which is not the start of a cluster in the file"
            );
            return Err(fault(NAME, "L1 entry", place, ErrorKind::Bound, message));
        }
        // At most 2 MiB, and all of it is in the file.
        let mut table = vec![0; usize::try_from(len).unwrap_or(0)];
        self.read_file(offset, &mut table)?;
        self.l2 = Some((number, table));
        Ok(Some(offset))
    }

    fn read_file(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let there = self.disk.read_at(offset, out)?;
        if there < out.len() {
            let end = offset + there as u64;
            let message = format!(
                "the file ends at {:#x}, in the middle of a cluster that is needed",
                self.disk.len()
            );
            return Err(fault(NAME, "cluster", end, ErrorKind::Truncated, message));
        }
        Ok(())
    }

    /// The bytes of a compressed cluster. QEMU writes none into a machine's state; the format allows them.
    fn inflate(&mut self, entry: u64) -> io::Result<&[u8]> {
        let cached = self.inflated.take().filter(|(cached, _)| *cached == entry);
        let bytes = match cached {
            Some((_, bytes)) => bytes,
            None => self.inflate_anew(entry)?,
        };
        Ok(&self.inflated.insert((entry, bytes)).1)
    }

    fn inflate_anew(&self, entry: u64) -> io::Result<Vec<u8>> {
        let sector_bits = self.geometry.cluster_bits - 8;
        let offset_bits = 62 - sector_bits;
        let offset = entry & ((1 << offset_bits) - 1);
        let sectors = entry >> offset_bits & ((1 << sector_bits) - 1);
        let len = (sectors + 1) * 512 - (offset & 511);
        let mut packed = vec![0; usize::try_from(len).unwrap_or(0)];
        let there = self.disk.read_at(offset, &mut packed)?;
        packed.truncate(there);
        let mut bytes = vec![0; usize::try_from(self.geometry.cluster_size()).unwrap_or(0)];
        let done = if self.geometry.zstd {
            zstd::stream::read::Decoder::with_buffer(packed.as_slice())
                .and_then(|mut decoder| decoder.read_exact(&mut bytes))
        } else {
            flate2::bufread::DeflateDecoder::new(packed.as_slice()).read_exact(&mut bytes)
        };
        done.map_err(|error| {
            let message = format!("the compressed cluster cannot be unpacked: {error}");
            fault(NAME, "cluster", offset, ErrorKind::Validation, message)
        })?;
        Ok(bytes)
    }
}

/// What the bitmap of an extended entry says of one of its 32 subclusters.
fn subcluster(bitmap: u64, index: u64, cluster: u64, place: u64) -> io::Result<Mapped> {
    let allocated = bitmap >> index & 1 != 0;
    let zero = bitmap >> (32 + index) & 1 != 0;
    let wrong = |what: &str| {
        let message = format!("subcluster {index} {what}");
        Err(fault(
            NAME,
            "L2 entry",
            place,
            ErrorKind::Validation,
            message,
        ))
    };
    match (allocated, zero) {
        (true, true) => wrong("has bytes and is zero"),
        (true, false) if cluster == 0 => wrong("has bytes, and its cluster has none"),
        (true, false) => Ok(Mapped::At(cluster)),
        (false, _) => Ok(Mapped::Zeros),
    }
}

/// The big-endian word at `at` of a table.
fn word(table: &[u8], at: u64) -> u64 {
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let bytes = table.get(at..).and_then(<[u8]>::first_chunk);
    bytes.copied().map_or(0, u64::from_be_bytes)
}
