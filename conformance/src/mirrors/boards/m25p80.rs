//! `m25p80` (hw/block/m25p80.c): a flash chip on an SPI bus. What it holds is a drive's.

use vmsd_schema::VmState;

/// Bytes of a command and its address, at most.
const DATA: usize = 16;

/// Where the chip is in a command.
#[derive(Default, VmState)]
#[vmstate(name = "m25p80", version = 0)]
pub(crate) struct M25p80 {
    state: u8,
    data: [u8; DATA],
    len: u32,
    /// Where the next byte goes to or comes from.
    #[vmstate(max = DATA)]
    pos: u32,
    needed_bytes: u8,
    cmd_in_progress: u8,
    cur_addr: u32,
    write_enable: bool,
    reset_enable: bool,
    /// The upper byte of a three-byte address.
    ear: u8,
    four_bytes_address_mode: bool,
    nonvolatile_cfg: u32,
    volatile_cfg: u32,
    enh_volatile_cfg: u32,
    quad_enable: bool,
    spansion_cr1nv: u8,
    spansion_cr2nv: u8,
    spansion_cr3nv: u8,
    spansion_cr4nv: u8,
    #[vmstate(subsection)]
    data_read_loop: Option<DataReadLoop>,
    #[vmstate(subsection)]
    aai_enable: Option<AaiEnable>,
    #[vmstate(subsection)]
    write_protect: Option<WriteProtect>,
    #[vmstate(subsection)]
    block_protect: Option<BlockProtect>,
}

/// While a register is read over and over (`vmstate_m25p80_data_read_loop`).
#[derive(Default, VmState)]
#[vmstate(name = "m25p80/data_read_loop", version = 1)]
struct DataReadLoop {
    data_read_loop: bool,
}

/// While addresses count on by themselves, on chips of SST (`vmstate_m25p80_aai_enable`).
#[derive(Default, VmState)]
#[vmstate(name = "m25p80/aai_enable", version = 1)]
struct AaiEnable {
    aai_enable: bool,
}

/// The pin and the bit that protect the status register (`vmstate_m25p80_write_protect`).
#[derive(Default, VmState)]
#[vmstate(name = "m25p80/write_protect", version = 1)]
struct WriteProtect {
    wp_level: bool,
    status_register_write_disabled: bool,
}

/// Which part of the chip is protected (`vmstate_m25p80_block_protect`).
#[derive(Default, VmState)]
#[vmstate(name = "m25p80/block_protect", version = 1)]
struct BlockProtect {
    block_protect0: bool,
    block_protect1: bool,
    block_protect2: bool,
    block_protect3: bool,
    top_bottom_bit: bool,
}
