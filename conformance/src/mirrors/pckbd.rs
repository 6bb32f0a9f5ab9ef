//! `pckbd`: the keyboard controller, an i8042 on the ISA bus (QEMU: hw/input/pckbd.c).

use vmsd_schema::VmState;

/// The ISA device (`vmstate_kbd_isa`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "pckbd", version = 3)]
pub struct IsaPckbd {
    pub kbd: Pckbd,
}

/// The controller (`vmstate_kbd`).
#[derive(Clone, Debug, VmState)]
#[vmstate(name = "pckbd", version = 3, default)]
pub struct Pckbd {
    pub write_cmd: u8,
    pub status: u8,
    pub mode: u8,
    #[vmstate(exists = has_pending_tmp)]
    pub pending_tmp: u8,
    /// What `pending_tmp` was called up to QEMU 6.0.
    #[vmstate(exists = Self::has_pending)]
    pub pending: u8,
    #[vmstate(subsection)]
    pub outport: Option<PckbdOutport>,
    #[vmstate(subsection)]
    pub extended_state: Option<PckbdExtendedState>,
    #[vmstate(skip, default = true)]
    pub has_pending_tmp: bool,
}

impl Pckbd {
    fn has_pending(&self, _version: u32) -> bool {
        !self.has_pending_tmp
    }
}

/// The output port where it is not what the other registers tell (`vmstate_kbd_outport`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "pckbd_outport", version = 1)]
pub struct PckbdOutport {
    pub outport: u8,
}

/// Whose byte is in the output buffer, since QEMU 6.1 (`vmstate_kbd_extended_state`).
#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "pckbd/extended_state", version = 0)]
pub struct PckbdExtendedState {
    /// Bit 0: the throttle timer runs.
    pub migration_flags: u32,
    pub obsrc: u32,
    pub obdata: u8,
    pub cbdata: u8,
}
