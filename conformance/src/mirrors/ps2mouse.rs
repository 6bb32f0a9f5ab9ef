//! `ps2mouse`: the PS/2 mouse (QEMU: hw/input/ps2.c).

use vmsd_schema::VmState;

use super::ps2::Ps2Common;

/// The mouse (`vmstate_ps2_mouse`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "ps2mouse", version = 2, default)]
pub struct Ps2Mouse {
    #[vmstate(exists = has_parent_obj)]
    pub parent_obj: Ps2Common,
    /// What `parent_obj` was called up to QEMU 7.0; the bytes are the same.
    #[vmstate(exists = Self::has_common)]
    pub common: Ps2Common,
    pub mouse_status: u8,
    pub mouse_resolution: u8,
    pub mouse_sample_rate: u8,
    pub mouse_wrap: u8,
    pub mouse_type: u8,
    pub mouse_detect_state: u8,
    pub mouse_dx: i32,
    pub mouse_dy: i32,
    pub mouse_dz: i32,
    pub mouse_buttons: u8,
    #[vmstate(skip, default = true)]
    pub has_parent_obj: bool,
}

impl Ps2Mouse {
    fn has_common(&self, _version: u32) -> bool {
        !self.has_parent_obj
    }
}
