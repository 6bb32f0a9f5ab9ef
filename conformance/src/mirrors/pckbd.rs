//! `pckbd`: the keyboard controller, an i8042 on the ISA bus (QEMU: hw/input/pckbd.c).

use vmsd_schema::VmState;

/// The ISA device (`vmstate_kbd_isa`).
#[derive(Default, VmState)]
#[vmstate(name = "pckbd", version = 3)]
pub(crate) struct IsaPckbd {
    kbd: Pckbd,
}

/// The controller (`vmstate_kbd`).
#[derive(VmState)]
#[vmstate(name = "pckbd", version = 3, default)]
struct Pckbd {
    write_cmd: u8,
    status: u8,
    mode: u8,
    #[vmstate(exists = has_pending_tmp)]
    pending_tmp: u8,
    /// What `pending_tmp` was called up to QEMU 6.0.
    #[vmstate(exists = Self::has_pending)]
    pending: u8,
    #[vmstate(subsection)]
    outport: Option<PckbdOutport>,
    #[vmstate(subsection)]
    extended_state: Option<PckbdExtendedState>,
    #[vmstate(skip, default = true)]
    has_pending_tmp: bool,
}

impl Pckbd {
    fn has_pending(&self, _version: u32) -> bool {
        !self.has_pending_tmp
    }
}

/// The output port where it is not what the other registers tell (`vmstate_kbd_outport`).
#[derive(Default, VmState)]
#[vmstate(name = "pckbd_outport", version = 1)]
struct PckbdOutport {
    outport: u8,
}

/// Whose byte is in the output buffer, since QEMU 6.1 (`vmstate_kbd_extended_state`).
#[derive(Default, VmState)]
#[vmstate(name = "pckbd/extended_state", version = 0)]
struct PckbdExtendedState {
    /// Bit 0: the throttle timer runs.
    migration_flags: u32,
    obsrc: u32,
    obdata: u8,
    cbdata: u8,
}
