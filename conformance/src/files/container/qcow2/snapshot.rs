//! The table of internal snapshots, and which of them is meant.

use std::io;

use vmsd_schema::{Error, ErrorKind};

use super::header::{check_table, Header};
use super::{MAX_L1_BYTES, NAME};
use crate::files::container::facts::printable;
use crate::files::container::fields::{fault, io_error, Fields};
use crate::files::container::spool::Disk;
use crate::limits::{MAX_SNAPSHOT_EXTRA, MAX_SNAPSHOT_TABLE};

/// The fixed part of an entry.
const ENTRY_LEN: usize = 40;

/// One internal snapshot.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// The number that QEMU gave it, as text.
    pub id: Vec<u8>,
    /// The name that the user gave it.
    pub name: Vec<u8>,
    /// When it was taken, in seconds since 1970.
    pub date: u32,
    /// And nanoseconds.
    pub date_nsec: u32,
    /// The guest's clock, in nanoseconds.
    pub vm_clock_nsec: u64,
    /// Bytes of the machine's state; 0 for a snapshot of the disk alone.
    pub vm_state_size: u64,
    /// The disk's size at that time.
    pub disk_size: u64,
    /// Instructions of a guest under record and replay.
    pub icount: Option<u64>,
    pub(super) l1_table_offset: u64,
    pub(super) l1_size: u32,
    /// Where its entry starts in the file.
    at: u64,
}

impl Snapshot {
    /// The name, fit to be printed.
    #[must_use]
    pub fn name_text(&self) -> String {
        printable(&self.name)
    }

    /// The id, fit to be printed.
    #[must_use]
    pub fn id_text(&self) -> String {
        printable(&self.id)
    }

    /// Something wrong with a field of its entry.
    #[cold]
    pub(super) fn fault(
        &self,
        field: &'static str,
        kind: ErrorKind,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) -> io::Error {
        fault(
            NAME,
            format!("snapshot \"{}\" > {field}", self.name_text()),
            self.at,
            kind,
            message,
        )
    }
}

/// Reads the table entry by entry.
pub(super) fn read_all(disk: &Disk, header: &Header) -> io::Result<Vec<Snapshot>> {
    let mut snapshots = Vec::new();
    let mut at = header.snapshots_offset;
    for _ in 0..header.snapshots_count {
        if at - header.snapshots_offset > MAX_SNAPSHOT_TABLE {
            let message = format!("the table is longer than {MAX_SNAPSHOT_TABLE} bytes");
            return Err(fault(NAME, "nb_snapshots", 60, ErrorKind::Limit, message));
        }
        let (snapshot, end) = read(disk, header, at)?;
        snapshots.push(snapshot);
        at = end.next_multiple_of(8);
    }
    Ok(snapshots)
}

/// Reads the entry at `at`; with it, where it ends.
fn read(disk: &Disk, header: &Header, at: u64) -> io::Result<(Snapshot, u64)> {
    let fixed = piece(disk, at, ENTRY_LEN)?;
    let mut fields = Fields::new(NAME, &fixed, at);
    let l1_table_offset = fields.u64("l1_table_offset")?;
    let l1_size = fields.u32("l1_size")?;
    let id_len = fields.u16("id_str_size")?;
    let name_len = fields.u16("name_size")?;
    let date = fields.u32("date_sec")?;
    let date_nsec = fields.u32("date_nsec")?;
    let vm_clock_nsec = fields.u64("vm_clock_nsec")?;
    let small_size = fields.u32("vm_state_size")?;
    let extra_len = fields.u32("extra_data_size")?;
    if extra_len > MAX_SNAPSHOT_EXTRA || (header.geometry.version >= 3 && extra_len < 16) {
        let message = format!("{extra_len} is not from 16 to {MAX_SNAPSHOT_EXTRA}");
        return Err(fault(
            NAME,
            "extra_data_size",
            at + 36,
            ErrorKind::Bound,
            message,
        ));
    }
    let extra_at = at + ENTRY_LEN as u64;
    let extra = piece(disk, extra_at, usize::try_from(extra_len).unwrap_or(0))?;
    let extra = Extra::read(&extra, extra_at, extra_len, small_size, header.disk_size)?;
    let id_at = extra_at + u64::from(extra_len);
    let id = string(disk, "id_str", id_at, id_len)?;
    let name_at = id_at + u64::from(id_len);
    let name = string(disk, "name", name_at, name_len)?;
    let snapshot = Snapshot {
        id,
        name,
        date,
        date_nsec,
        vm_clock_nsec,
        vm_state_size: extra.vm_state_size,
        disk_size: extra.disk_size,
        icount: extra.icount,
        l1_table_offset,
        l1_size,
        at,
    };
    snapshot.check(header, disk.len())?;
    Ok((snapshot, name_at + u64::from(name_len)))
}

impl Snapshot {
    fn check(&self, header: &Header, len: u64) -> io::Result<()> {
        if self.id.is_empty() {
            return Err(self.fault("id_str_size", ErrorKind::Bound, "the snapshot has no id"));
        }
        if self.date_nsec >= 1_000_000_000 {
            let message = format!("{} nanoseconds are more than a second", self.date_nsec);
            return Err(self.fault("date_nsec", ErrorKind::Bound, message));
        }
        let l1_bytes = u64::from(self.l1_size) * 8;
        if l1_bytes == 0 || l1_bytes > MAX_L1_BYTES {
            let message = format!(
                "{} entries are none, or more than {}",
                self.l1_size,
                MAX_L1_BYTES / 8
            );
            return Err(self.fault("l1_size", ErrorKind::Bound, message));
        }
        check_table(
            "l1_table_offset of a snapshot",
            self.at,
            header.geometry,
            self.l1_table_offset,
            l1_bytes,
            len,
        )
    }
}

/// The part of an entry that later versions added.
struct Extra {
    vm_state_size: u64,
    disk_size: u64,
    icount: Option<u64>,
}

impl Extra {
    fn read(bytes: &[u8], at: u64, len: u32, small_size: u32, disk_size: u64) -> io::Result<Self> {
        let mut fields = Fields::new(NAME, bytes, at);
        let vm_state_size = if len >= 8 {
            fields.u64("vm_state_size_large")?
        } else {
            u64::from(small_size)
        };
        // QEMU writes 0 where 32 bits are not enough, and once wrote the lower half.
        let fits = u32::try_from(vm_state_size).is_ok();
        if fits && u64::from(small_size) != vm_state_size {
            let message = format!("{small_size} here and {vm_state_size} in vm_state_size_large");
            return Err(fault(
                NAME,
                "vm_state_size",
                at - 8,
                ErrorKind::Mismatch,
                message,
            ));
        }
        let disk_size = if len >= 16 {
            fields.u64("disk_size")?
        } else {
            disk_size
        };
        let icount = if len >= 24 {
            Some(fields.u64("icount")?)
        } else {
            None
        };
        Ok(Self {
            vm_state_size,
            disk_size,
            icount: icount.filter(|&count| count != u64::MAX),
        })
    }
}

/// The bytes at `at`, as far as there are any. `len` is below 64 KiB.
fn piece(disk: &Disk, at: u64, len: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    let there = disk.read_at(at, &mut bytes)?;
    bytes.truncate(there);
    Ok(bytes)
}

fn string(disk: &Disk, field: &'static str, at: u64, len: u16) -> io::Result<Vec<u8>> {
    let bytes = piece(disk, at, usize::from(len))?;
    Fields::new(NAME, &bytes, at).bytes(field, usize::from(len))?;
    Ok(bytes)
}

/// The snapshot that is meant: by name, then by id. Without a name the newest that has a machine's state, if any.
pub(super) fn choose(snapshots: &[Snapshot], wanted: Option<&str>) -> io::Result<Option<usize>> {
    let Some(wanted) = wanted else {
        let with_state = snapshots
            .iter()
            .enumerate()
            .filter(|(_, one)| one.vm_state_size > 0);
        let newest = with_state.max_by_key(|(index, one)| (one.date, one.date_nsec, *index));
        return Ok(newest.map(|(index, _)| index));
    };
    let of = |key: fn(&Snapshot) -> &[u8]| {
        let matching = snapshots
            .iter()
            .enumerate()
            .filter(move |(_, one)| key(one) == wanted.as_bytes());
        matching.map(|(index, _)| index).collect::<Vec<_>>()
    };
    let by_name = of(|one| &one.name);
    let found = if by_name.is_empty() {
        of(|one| &one.id)
    } else {
        by_name
    };
    match found.as_slice() {
        [index] => {
            let chosen = snapshots.get(*index);
            if let Some(disk_alone) = chosen.filter(|one| one.vm_state_size == 0) {
                let message = "the snapshot has no machine's state, it is of the disk alone";
                return Err(disk_alone.fault("vm_state_size", ErrorKind::Unsupported, message));
            }
            Ok(Some(*index))
        }
        [] => Err(not_one(
            format!("there is no snapshot \"{wanted}\""),
            snapshots,
        )),
        _ => Err(not_one(
            format!("several snapshots are called \"{wanted}\": name one by its id"),
            snapshots,
        )),
    }
}

/// The error of a name that does not lead to one snapshot; with the names that would.
#[cold]
fn not_one(mut message: String, snapshots: &[Snapshot]) -> io::Error {
    const SHOWN: usize = 20;
    message.push_str("; the image has ");
    let names = snapshots.iter().take(SHOWN);
    let names = names.map(|one| format!("\"{}\" (id {})", one.name_text(), one.id_text()));
    message.push_str(&names.collect::<Vec<_>>().join(", "));
    if snapshots.len() > SHOWN {
        message.push_str(&format!(" and {} more", snapshots.len() - SHOWN));
    }
    io_error(Error::new(ErrorKind::Unknown, message).inside(NAME))
}
