//! `pckbd`: the keyboard controller, an i8042 on the ISA bus (QEMU: hw/input/pckbd.c).

use vmsd_schema::VmState;

/// The ISA device (`vmstate_kbd_isa`).
#[derive(Default, VmState)]
#[vmstate(name = "pckbd", version = 3)]
pub(crate) struct IsaPckbd {
    kbd: Pckbd,
}

/// The controller (`vmstate_kbd`).
#[derive(Default, VmState)]
#[vmstate(name = "pckbd", version = 3)]
struct Pckbd {
    write_cmd: u8,
    status: u8,
    mode: u8,
    #[vmstate(renamed(Qemu7_2 = "pending_tmp"))]
    pending: u8,
    #[vmstate(subsection)]
    outport: Option<PckbdOutport>,
    #[vmstate(subsection)]
    extended_state: Option<PckbdExtendedState>,
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
