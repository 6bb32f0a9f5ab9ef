//! `tz-mpc` (hw/misc/tz-mpc.c): says which blocks of memory are secure.

use vmsd_schema::VmState;

/// The controller.
#[derive(VmState)]
#[vmstate(name = "tz-mpc", version = 1, default)]
pub(crate) struct TzMpc {
    ctrl: u32,
    blk_idx: u32,
    int_stat: u32,
    int_en: u32,
    int_info1: u32,
    int_info2: u32,
    /// A bit for each block.
    #[vmstate(len = blk_max)]
    blk_lut: Vec<u32>,
    /// As many words as the memory behind it needs. Never sent.
    #[vmstate(skip)]
    blk_max: u32,
}
