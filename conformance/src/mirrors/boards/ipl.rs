//! `ipl` (hw/s390x/ipl.c): what an s390 guest is started from.

use vmsd_schema::VmState;

/// The loader.
#[derive(Default, VmState)]
#[vmstate(name = "ipl", version = 0)]
pub(crate) struct Ipl {
    compat_start_addr: u64,
    compat_bios_start_addr: u64,
    iplb: ParameterBlock,
    iplb_valid: bool,
    cssid: u8,
    ssid: u8,
    devno: u16,
}

/// The guest's parameters, most of them as bytes (`vmstate_iplb`).
#[derive(VmState)]
#[vmstate(name = "ipl/iplb", version = 0, default)]
struct ParameterBlock {
    #[vmstate(default = [0; 110])]
    reserved1: [u8; 110],
    devno: u16,
    #[vmstate(default = [0; 88])]
    reserved2: [u8; 88],
    #[vmstate(subsection)]
    extended: Option<ExtendedParameterBlock>,
}

/// The rest of a page (`vmstate_iplb_extended`); machine types from 2.8 on.
#[derive(VmState)]
#[vmstate(name = "ipl/iplb_extended", version = 0, default)]
struct ExtendedParameterBlock {
    #[vmstate(default = [0; 3896])]
    reserved_ext: [u8; 3896],
}
