//! The header of a disk image: what is needed to find a snapshot, and what cannot be right in a whole image.

use std::io;

use vmsd_schema::ErrorKind;

use super::{Geometry, MAGIC, MAX_L1_BYTES, NAME};
use crate::files::container::fields::{fault, Fields};
use crate::files::container::spool::Disk;
use crate::limits::{MAX_BACKING_NAME, MAX_REFCOUNT_BYTES, MAX_SNAPSHOTS};

/// The part of a header that has a meaning; the rest are extensions.
const HEADER_LEN: usize = 112;

mod feature {
    pub(super) const DIRTY: u64 = 1;
    pub(super) const CORRUPT: u64 = 1 << 1;
    pub(super) const EXTERNAL_DATA: u64 = 1 << 2;
    pub(super) const COMPRESSION: u64 = 1 << 3;
    pub(super) const EXTENDED_L2: u64 = 1 << 4;
}

/// The header's numbers.
pub(super) struct Header {
    pub(super) geometry: Geometry,
    pub(super) incompatible: u64,
    pub(super) backing_offset: u64,
    pub(super) backing_len: u32,
    pub(super) snapshots_count: u32,
    pub(super) snapshots_offset: u64,
    pub(super) disk_size: u64,
}

impl Header {
    /// Reads and checks the header at the start of `disk`.
    pub(super) fn read(disk: &Disk) -> io::Result<Self> {
        let mut bytes = [0; HEADER_LEN];
        let there = disk.read_at(0, &mut bytes)?;
        let bytes = bytes.get(..there).unwrap_or_default();
        let mut fields = Fields::new(NAME, bytes, 0);
        fields.bytes("magic", MAGIC.len())?;
        let version = fields.u32("version")?;
        if !matches!(version, 2 | 3) {
            return Err(bad(
                "version",
                4,
                ErrorKind::Version,
                format!("version {version} is neither 2 nor 3"),
            ));
        }
        let backing_offset = fields.u64("backing_file_offset")?;
        let backing_len = fields.u32("backing_file_size")?;
        let cluster_bits = fields.u32("cluster_bits")?;
        if !(9..=21).contains(&cluster_bits) {
            return Err(bad(
                "cluster_bits",
                20,
                ErrorKind::Bound,
                format!("{cluster_bits} is not from 9 to 21"),
            ));
        }
        let tables = Tables::read(&mut fields)?;
        let snapshots_count = fields.u32("nb_snapshots")?;
        let snapshots_offset = fields.u64("snapshots_offset")?;
        let mut header = Self {
            geometry: Geometry {
                version,
                cluster_bits,
                extended_l2: false,
                zstd: false,
            },
            incompatible: 0,
            backing_offset,
            backing_len,
            snapshots_count,
            snapshots_offset,
            disk_size: tables.disk_size,
        };
        if version == 3 {
            header.read_version_3(&mut fields)?;
        }
        header.check_backing_file(disk.len())?;
        tables.check(header.geometry, disk.len())?;
        header.check_snapshots(disk.len())?;
        Ok(header)
    }

    fn read_version_3(&mut self, fields: &mut Fields<'_>) -> io::Result<()> {
        self.incompatible = fields.u64("incompatible_features")?;
        self.check_features()?;
        fields.u64("compatible_features")?;
        fields.u64("autoclear_features")?;
        let order = fields.u32("refcount_order")?;
        if order > 6 {
            return Err(bad(
                "refcount_order",
                96,
                ErrorKind::Bound,
                format!("{order} is more than 6"),
            ));
        }
        let len = fields.u32("header_length")?;
        if len < 104 || len % 8 != 0 || u64::from(len) > self.geometry.cluster_size() {
            let message = format!("{len} is not a multiple of 8 from 104 to the size of a cluster");
            return Err(bad("header_length", 100, ErrorKind::Bound, message));
        }
        let compression = if len > 104 {
            fields.u8("compression_type")?
        } else {
            0
        };
        if compression > 1 {
            let message = format!("{compression} is neither deflate (0) nor zstd (1)");
            return Err(bad(
                "compression_type",
                104,
                ErrorKind::Unsupported,
                message,
            ));
        }
        if (compression != 0) != (self.incompatible & feature::COMPRESSION != 0) {
            let message = format!("{compression} contradicts incompatible_features");
            return Err(bad("compression_type", 104, ErrorKind::Mismatch, message));
        }
        self.geometry.zstd = compression == 1;
        self.geometry.extended_l2 = self.incompatible & feature::EXTENDED_L2 != 0;
        Ok(())
    }

    fn check_features(&self) -> io::Result<()> {
        const KNOWN: u64 = feature::DIRTY
            | feature::CORRUPT
            | feature::EXTERNAL_DATA
            | feature::COMPRESSION
            | feature::EXTENDED_L2;
        let features = self.incompatible;
        let message = if features & !KNOWN != 0 {
            format!("{:#x} has features that nobody knows here", features)
        } else if features & feature::EXTERNAL_DATA != 0 {
            "the guest's data is in another file".to_owned()
        } else if features & feature::EXTENDED_L2 != 0 && self.geometry.cluster_bits < 14 {
            "extended L2 entries need clusters of 16 KiB or more".to_owned()
        } else {
            return Ok(());
        };
        Err(bad(
            "incompatible_features",
            72,
            ErrorKind::Unsupported,
            message,
        ))
    }

    fn check_backing_file(&self, len: u64) -> io::Result<()> {
        if self.backing_offset == 0 {
            return Ok(());
        }
        if self.backing_len == 0 || self.backing_len > MAX_BACKING_NAME {
            let message = format!("{} is not from 1 to {MAX_BACKING_NAME}", self.backing_len);
            return Err(bad("backing_file_size", 16, ErrorKind::Bound, message));
        }
        if !inside(
            self.backing_offset,
            u64::from(self.backing_len),
            len.min(self.geometry.cluster_size()),
        ) {
            return Err(bad(
                "backing_file_offset",
                8,
                ErrorKind::Bound,
                "the name is not inside the first cluster",
            ));
        }
        Ok(())
    }

    fn check_snapshots(&self, len: u64) -> io::Result<()> {
        if self.snapshots_count == 0 {
            return Err(bad(
                "nb_snapshots",
                60,
                ErrorKind::Unsupported,
                "the image has no snapshots",
            ));
        }
        if self.snapshots_count > MAX_SNAPSHOTS {
            let message = format!(
                "{} snapshots are more than {}",
                self.snapshots_count, MAX_SNAPSHOTS
            );
            return Err(bad("nb_snapshots", 60, ErrorKind::Limit, message));
        }
        check_table(
            "snapshots_offset",
            64,
            self.geometry,
            self.snapshots_offset,
            1,
            len,
        )
    }

    /// What QEMU says of the state of the image.
    pub(super) fn marks(&self) -> Vec<&'static str> {
        [(feature::DIRTY, "dirty"), (feature::CORRUPT, "corrupt")]
            .into_iter()
            .filter(|(bit, _)| self.incompatible & bit != 0)
            .map(|(_, name)| name)
            .collect()
    }

    /// The name of the file below.
    pub(super) fn backing_file(&self, disk: &Disk) -> io::Result<Option<Vec<u8>>> {
        if self.backing_offset == 0 {
            return Ok(None);
        }
        let mut name = vec![0; usize::try_from(self.backing_len).unwrap_or(0)];
        disk.read_at(self.backing_offset, &mut name)?;
        Ok(Some(name))
    }
}

/// The tables of the disk itself. They are not needed; an image whose tables cannot be right is damaged.
struct Tables {
    disk_size: u64,
    l1_size: u32,
    l1_offset: u64,
    refcount_offset: u64,
    refcount_clusters: u32,
}

impl Tables {
    fn read(fields: &mut Fields<'_>) -> io::Result<Self> {
        let disk_size = fields.u64("size")?;
        let method = fields.u32("crypt_method")?;
        if method != 0 {
            let message = format!(
                "the image is encrypted ({})",
                match method {
                    1 => "AES".to_owned(),
                    2 => "LUKS".to_owned(),
                    other => format!("method {other}"),
                }
            );
            return Err(bad("crypt_method", 32, ErrorKind::Unsupported, message));
        }
        Ok(Self {
            disk_size,
            l1_size: fields.u32("l1_size")?,
            l1_offset: fields.u64("l1_table_offset")?,
            refcount_offset: fields.u64("refcount_table_offset")?,
            refcount_clusters: fields.u32("refcount_table_clusters")?,
        })
    }

    fn check(&self, geometry: Geometry, len: u64) -> io::Result<()> {
        let l1_bytes = u64::from(self.l1_size) * 8;
        if l1_bytes > MAX_L1_BYTES {
            let message = format!(
                "{} entries are more than {}",
                self.l1_size,
                MAX_L1_BYTES / 8
            );
            return Err(bad("l1_size", 36, ErrorKind::Limit, message));
        }
        let needed = self.disk_size.div_ceil(geometry.l1_span());
        if needed > MAX_L1_BYTES / 8 {
            return Err(bad(
                "size",
                24,
                ErrorKind::Bound,
                format!(
                    "a disk of {} bytes needs too large an L1 table",
                    self.disk_size
                ),
            ));
        }
        if needed > u64::from(self.l1_size) {
            let message = format!(
                "{} entries do not cover a disk of {} bytes",
                self.l1_size, self.disk_size
            );
            return Err(bad("l1_size", 36, ErrorKind::Bound, message));
        }
        if self.l1_size > 0 {
            check_table(
                "l1_table_offset",
                40,
                geometry,
                self.l1_offset,
                l1_bytes,
                len,
            )?;
        }
        let refcount_bytes = u64::from(self.refcount_clusters) << geometry.cluster_bits;
        if refcount_bytes == 0 || refcount_bytes > MAX_REFCOUNT_BYTES.max(geometry.cluster_size()) {
            let message =
                format!("a refcount table of {refcount_bytes} bytes is none, or too large");
            return Err(bad(
                "refcount_table_clusters",
                56,
                ErrorKind::Bound,
                message,
            ));
        }
        check_table(
            "refcount_table_offset",
            48,
            geometry,
            self.refcount_offset,
            1,
            len,
        )
    }
}

/// A table must stand at a cluster behind the header, inside the file.
pub(super) fn check_table(
    field: &'static str,
    at: u64,
    geometry: Geometry,
    offset: u64,
    bytes: u64,
    len: u64,
) -> io::Result<()> {
    if offset == 0 || offset % geometry.cluster_size() != 0 || !inside(offset, bytes, len) {
        let message = format!("no table can be at {offset:#x}: not at the start of a cluster, or outside the file of {len:#x} bytes");
        return Err(bad(field, at, ErrorKind::Bound, message));
    }
    Ok(())
}

fn inside(offset: u64, bytes: u64, len: u64) -> bool {
    offset.checked_add(bytes).is_some_and(|end| end <= len)
}

fn bad(
    field: &'static str,
    at: u64,
    kind: ErrorKind,
    message: impl Into<std::borrow::Cow<'static, str>>,
) -> io::Error {
    fault(NAME, field, at, kind, message)
}
