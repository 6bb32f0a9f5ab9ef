//! `pl061` (hw/gpio/pl061.c): ARM's eight pins for any purpose.

use vmsd_schema::VmState;

/// The pins, register by register.
#[derive(Default, VmState)]
#[vmstate(name = "pl061", version = 4)]
pub(crate) struct Pl061 {
    locked: u32,
    data: u32,
    old_out_data: u32,
    old_in_data: u32,
    dir: u32,
    isense: u32,
    ibe: u32,
    iev: u32,
    im: u32,
    istate: u32,
    afsel: u32,
    dr2r: u32,
    dr4r: u32,
    dr8r: u32,
    odr: u32,
    pur: u32,
    pdr: u32,
    slr: u32,
    den: u32,
    cr: u32,
    #[vmstate(since = 2)]
    amsel: u32,
}
