//! `ps2mouse`: the PS/2 mouse (QEMU: hw/input/ps2.c).

use vmsd_schema::VmState;

use super::ps2::Ps2Common;

/// The mouse (`vmstate_ps2_mouse`).
#[derive(VmState)]
#[vmstate(name = "ps2mouse", version = 2, default)]
pub(crate) struct Ps2Mouse {
    #[vmstate(exists = has_parent_obj)]
    parent_obj: Ps2Common,
    /// What `parent_obj` was called up to QEMU 7.0; the bytes are the same.
    #[vmstate(exists = Self::has_common)]
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
    #[vmstate(skip, default = true)]
    has_parent_obj: bool,
}

impl Ps2Mouse {
    fn has_common(&self, _version: u32) -> bool {
        !self.has_parent_obj
    }
}
