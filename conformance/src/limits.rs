//! Every bound that a container, a file of ours or an input as a whole meets, each with its reason. Those of the stream itself
//! are [`vmsd_schema::limits`].

/// What is unpacked of a schema, a dump or a description: twenty times the largest that QEMU writes.
pub const MAX_UNPACKED_JSON: u64 = vmsd_schema::limits::MAX_DESCRIPTION_LEN as u64;

/// What is unpacked of a stream by commands that need it as a whole (`check`, `matrix`, `schema`, `conform`, `generate`).
/// A file that is not packed is mapped, and has no bound.
pub const MAX_UNPACKED_STREAM: u64 = 256 << 20;

/// The size of an L1 table (`QCOW_MAX_L1_SIZE`).
pub const MAX_L1_BYTES: u64 = 32 << 20;

/// Bytes other than zeros that go into a temporary file, which a small compressed input can ask for many of.
pub const MAX_SPOOL: u64 = 16 << 30;

/// How far into the input a stream is searched. What people put before one is a header of their own; a
/// larger offset can be given by hand.
pub const MAX_SEARCH: u64 = 64 << 20;

/// What one block may decompress to; lzop itself refuses more and writes 256 KiB.
pub const MAX_LZOP_BLOCK: u32 = 64 << 20;

/// The size of a refcount table (`QCOW_MAX_REFTABLE_SIZE`).
pub const MAX_REFCOUNT_BYTES: u64 = 8 << 20;

/// The longest name of a backing file (`JSON` names included).
pub const MAX_BACKING_NAME: u32 = 1023;

/// `QCOW_MAX_SNAPSHOTS`.
pub const MAX_SNAPSHOTS: u32 = 65_536;

/// Bytes of one entry behind its fixed part (`QCOW_MAX_SNAPSHOT_EXTRA_DATA`).
pub const MAX_SNAPSHOT_EXTRA: u32 = 1024;

/// The whole table (`QCOW_MAX_SNAPSHOTS_SIZE`).
pub const MAX_SNAPSHOT_TABLE: u64 = 64 << 20;

/// Bytes of a machine's state for each byte of the image: no compressed cluster holds more. QEMU does not
/// compress them, so a real state is never longer than its image.
pub const MAX_CLUSTER_RATIO: u64 = 1032;

/// XML, cookie and padding. libvirt's own XML is some ten KiB and its padding 64 KiB.
pub const MAX_LIBVIRT_DATA: u32 = 64 << 20;

/// Memory for the dictionary of an xz stream; its largest preset, 9, needs 65 MiB.
pub const MAX_XZ_MEMORY: u64 = 128 << 20;

/// The window of a zstd frame, as a power of two; what the zstd program decompresses without being asked to.
pub const MAX_ZSTD_WINDOW_LOG: u32 = 27;

/// Bytes of a device's state in one packet. QEMU sends what VFIO has in pieces of 1 MiB.
pub const MAX_DEVICE_STATE: u32 = 256 << 20;

/// Bytes of compressed pages in one packet: more than either library makes of a packet of 512 KiB that cannot
/// be compressed.
pub const MAX_COMPRESSED_PACKET: u32 = 1 << 20;

/// Containers in containers. People have three: a compressed libvirt image of a compressed stream. The
/// bound keeps a file that unpacks to itself from being unpacked for ever.
pub const MAX_LAYERS: usize = 8;

/// Sections, commands and marks of one stream that are listed. A long postcopy has some thousands; a command takes five bytes, of which
/// a small compressed file can have any number.
pub const MAX_ITEMS: usize = 1 << 18;

/// Bytes of a line of a log that are looked at: a hundred patterns go over each. QEMU's longest names two sections and a field for
/// each layer, of 255 bytes at most.
pub const MAX_LOG_LINE: usize = 4096;

/// What is held for each byte of an input. Dearest is a device in a dump of which nothing is said: nine bytes of JSON,
/// 480 in memory.
pub const MEMORY_PER_BYTE: usize = 64;

/// What is held whatever the input is: the front of a pipe, and buffers. The window of a decompressor comes on top: see
/// [`MAX_XZ_MEMORY`] and [`MAX_ZSTD_WINDOW_LOG`], 128 MiB at most.
pub const MEMORY_CONSTANT: usize = 32 << 20;
