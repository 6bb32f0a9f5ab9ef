//! A disk image with internal snapshots, of which one has the machine's state: what `savevm` and libvirt's internal
//! snapshots write.
//!
//! The state is guest data behind the end of the disk, mapped by the snapshot's own L1 table. Nothing of
//! the disk itself is read, and no backing file.

mod header;
mod snapshot;
mod vmstate;

use std::io;

use vmsd_schema::wire::marker;
use vmsd_schema::ErrorKind;

use super::fields::fault;
use super::source::Source;
use super::spool::Disk;
use crate::limits::MAX_L1_BYTES;
use header::Header;

pub use snapshot::Snapshot;
pub use vmstate::VmState;

/// What such an image starts with.
pub const MAGIC: &[u8; 4] = b"QFI\xfb";

const NAME: &str = "qcow2 image";

/// What the header says, and the snapshots.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Image {
    /// The version of the format, 2 or 3.
    pub version: u32,
    /// Bytes of one cluster.
    pub cluster_size: u64,
    /// Whether an entry of an L2 table maps 32 subclusters.
    pub extended_l2: bool,
    /// QEMU marked the image as not closed (dirty) or damaged (corrupt).
    pub marks: Vec<&'static str>,
    /// The name of the file below, which is not read.
    pub backing_file: Option<Vec<u8>>,
    /// All snapshots, in the order of the image.
    pub snapshots: Vec<Snapshot>,
    /// Which of them was opened.
    pub chosen: usize,
    /// Whether the user had named it; else it is the newest that has a machine's state.
    pub named: bool,
}

/// What is needed to find guest data.
#[derive(Clone, Copy, Debug)]
struct Geometry {
    version: u32,
    cluster_bits: u32,
    extended_l2: bool,
    zstd: bool,
}

impl Geometry {
    fn cluster_size(self) -> u64 {
        1 << self.cluster_bits
    }

    fn l2_entry_len(self) -> u64 {
        if self.extended_l2 {
            16
        } else {
            8
        }
    }

    fn l2_entries(self) -> u64 {
        self.cluster_size() / self.l2_entry_len()
    }

    /// Guest bytes that one entry of an L1 table maps.
    fn l1_span(self) -> u64 {
        self.cluster_size() * self.l2_entries()
    }
}

/// Finds the snapshot that is meant, and its machine state.
pub(super) fn open(source: Source, wanted: Option<&str>) -> io::Result<(Image, VmState)> {
    let disk = Disk::of(source)?;
    let header = Header::read(&disk)?;
    let geometry = header.geometry;
    let snapshots = snapshot::read_all(&disk, &header)?;
    let chosen = snapshot::choose(&snapshots, wanted)?;
    let snapshot = chosen.and_then(|index| snapshots.get(index).cloned());
    let (Some(chosen), Some(snapshot)) = (chosen, snapshot) else {
        let message = "no snapshot has the state of a machine: they are of the disk alone";
        return Err(fault(
            NAME,
            "snapshots",
            header.snapshots_offset,
            ErrorKind::Unsupported,
            message,
        ));
    };
    let image = Image {
        version: geometry.version,
        cluster_size: geometry.cluster_size(),
        extended_l2: geometry.extended_l2,
        marks: header.marks(),
        backing_file: header.backing_file(&disk)?,
        snapshots,
        chosen,
        named: wanted.is_some(),
    };
    let mut state = VmState::new(disk, geometry, &snapshot)?;
    if state.peek(4)? != marker::FILE_MAGIC.to_be_bytes() {
        let message = format!(
            "no migration stream is at guest offset {:#x}, where disk_size puts the state of snapshot \"{}\"",
            state.guest_offset(),
            snapshot.name_text()
        );
        return Err(snapshot.fault("disk_size or l1_table_offset", ErrorKind::Magic, message));
    }
    Ok((image, state))
}
