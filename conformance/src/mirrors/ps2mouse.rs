//! `ps2mouse`: the PS/2 mouse (QEMU: hw/input/ps2.c).

use vmsd_schema::VmState;

use super::ps2::Ps2Common;

/// The mouse (`vmstate_ps2_mouse`).
#[derive(Default, VmState)]
#[vmstate(name = "ps2mouse", version = 2)]
pub(crate) struct Ps2Mouse {
    #[vmstate(renamed(Qemu7_2 = "parent_obj"))]
    common: Ps2Common,
    mouse_status: u8,
    mouse_resolution: u8,
    mouse_sample_rate: u8,
    mouse_wrap: u8,
    mouse_type: u8,
    mouse_detect_state: u8,
    mouse_dx: i32,
    mouse_dy: i32,
    mouse_dz: i32,
    mouse_buttons: u8,
}
