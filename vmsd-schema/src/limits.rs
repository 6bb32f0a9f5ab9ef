//! Every bound that hostile input meets, each with its reason.

/// A counted string has one length byte (QEMU: `qemu_put_counted_string`).
pub const MAX_STRING_LEN: usize = 255;

/// Nested descriptions: structs in structs, subsections in subsections, packaged commands. QEMU's
/// own devices nest to 8; a bound keeps recursion off the end of the stack.
pub const MAX_DEPTH: usize = 64;

/// The VM description is JSON that QEMU writes from its own tables: 40 to 700 KiB in practice.
pub const MAX_DESCRIPTION_LEN: usize = 64 << 20;

/// Nodes of one decoded description. An array of four bytes of JSON per element can name more values
/// than memory holds; the largest real machine has under a million.
pub const MAX_DESCRIPTION_NODES: usize = 16 << 20;

/// The machine name in the configuration section.
pub const MAX_MACHINE_NAME_LEN: usize = 4096;

/// Names in the capability list of the configuration section; QEMU has about thirty.
pub const MAX_CAPABILITIES: usize = 1024;

/// RAM blocks in one block list. The format counts bytes, not blocks; a guest has at most a few
/// hundred (one for each ROM, BAR and memory backend).
pub const MAX_RAM_BLOCKS: usize = 65_536;

/// Bytes that are kept of a pipe after its RAM, where devices need to be seen whole. The device part of
/// real streams is below 20 MiB.
pub const MAX_PIPE_TAIL: usize = 256 << 20;

/// Elements of one counted field. The largest real one has 2^20 (an IOMMU's cache); a count must also
/// be covered by the bytes that are left.
pub const MAX_ELEMENTS: usize = 1 << 28;

/// Elements for each byte that is left, where an element has no size of its own: bits in a mask, structs whose
/// fields all are conditional.
pub const MAX_ITEMS_PER_BYTE: usize = 64;

/// Lengths of one device that are never sent and that are searched for, one at a time, where no description tells them; a real
/// device has two (CPUs, slots for memory).
pub const MAX_UNTOLD: usize = 2;

/// The largest value that is tried for such a length: QEMU's PC has at most 255 slots, and CPUs of more are rare.
pub const MAX_ASSUMED: u64 = 288;

/// Sections that one stream may open. Each is remembered, so that PART and END can be resolved; the
/// largest real machine has a few hundred.
pub const MAX_SECTIONS: usize = 65_536;

/// Bits of the target's page size. The lowest of QEMU's targets has 8, the highest 16; a page also has to fit
/// into the window of a reader.
pub const PAGE_BITS: std::ops::RangeInclusive<u32> = 8..=20;

/// One buffer of bits of a dirty bitmap: ten of the writer's chunks (`dirty_bitmap_load_bits`).
pub const MAX_DIRTY_BITMAP_BUFFER: u64 = 10 << 10;

/// Commands that are kept of one stream; postcopy sends thousands.
pub const MAX_COMMANDS: usize = 65_536;

/// Cells in the table of a longest common subsequence, where two lists of fields are aligned; beyond it pairs are looked
/// for nearby.
pub const MAX_ALIGNMENT_CELLS: usize = 1 << 20;
