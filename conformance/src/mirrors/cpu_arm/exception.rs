//! Exceptions, events and interrupt lines of an ARM processor.

use vmsd_schema::{Timer, VmState};

use super::word::Pstate64;

/// ThumbEE.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/thumb2ee", version = 1, prefix = "env.")]
pub(super) struct Thumb2Ee {
    teecr: u32,
    teehbr: u32,
}

/// A system error that is due.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/serror", version = 1, prefix = "env.serror.")]
pub(super) struct Serror {
    pending: u8,
    has_esr: u8,
    esr: u64,
}

/// Lines that are up. Versions before 3.1 did not send it (`cpu_post_load`).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/irq-line-state", version = 1, prefix = "env.")]
pub(super) struct IrqLineState {
    irq_line_state: u32,
}

/// When an instruction that waits gives up.
#[derive(Default, VmState)]
#[vmstate(name = "cpu/wfxt-timer", version = 1)]
pub(super) struct WfxtTimer {
    wfxt_timer: Timer,
}

/// All 64 bits of a syndrome that has more than 32 (11.x).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/syndrome64", version = 1, prefix = "env.exception.")]
pub(super) struct Syndrome64 {
    syndrome: u64,
}

/// All 64 bits of a process state that has more than 32 (11.x).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/pstate64", version = 1)]
pub(super) struct ProcessState64 {
    #[vmstate(with = Pstate64)]
    pstate64: u64,
}

/// What WFE waits for (11.x).
#[derive(Default, VmState)]
#[vmstate(name = "cpu/event", version = 1, prefix = "env.")]
pub(super) struct Event {
    event_register: bool,
}
