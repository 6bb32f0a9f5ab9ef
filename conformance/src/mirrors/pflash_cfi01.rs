//! `pflash_cfi01` (hw/block/pflash_cfi01.c): a flash chip. What it holds is RAM.

use vmsd_schema::VmState;

/// Bytes that a write to the flash of a virtual machine takes at once.
const WRITE_BLOCK: u32 = 4096;

/// Where the chip is in a command.
#[derive(Default, VmState)]
#[vmstate(name = "pflash_cfi01", version = 1)]
pub(crate) struct PflashCfi01 {
    wcycle: u8,
    cmd: u8,
    status: u8,
    counter: u64,
    #[vmstate(subsection)]
    blk_write: Option<BlkWrite>,
}

/// A block that is being written; sent while one is.
#[derive(VmState)]
#[vmstate(name = "pflash_cfi01_blk_write", version = 1, default)]
struct BlkWrite {
    #[vmstate(skip, default = WRITE_BLOCK)]
    writeblock_size: u32,
    #[vmstate(buffer, len = writeblock_size, default = vec![0; WRITE_BLOCK as usize])]
    blk_bytes: Vec<u8>,
    /// Where it goes.
    blk_offset: u32,
}
