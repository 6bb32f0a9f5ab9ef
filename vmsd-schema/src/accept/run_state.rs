//! The run state that a machine had before migration stopped it, as text on the wire.

use crate::schema::Dialect;

/// `RunState` of QEMU's QAPI schema, the same from 6.0 on.
const RUN_STATES: [&str; 16] = [
    "debug",
    "inmigrate",
    "internal-error",
    "io-error",
    "paused",
    "postmigrate",
    "prelaunch",
    "finish-migrate",
    "restore-vm",
    "running",
    "save-vm",
    "shutdown",
    "suspended",
    "watchdog",
    "guest-panicked",
    "colo",
];

/// Of versions before 6.0 alone: no machine is migrated in it.
const BEFORE_6_0: &str = "preconfig";

/// The name in `runstate`: up to its first zero, and the last byte is one whatever came (`global_state_post_load`).
#[must_use]
pub fn run_state(runstate: &[u8]) -> &[u8] {
    let text = runstate.split_last().map_or(runstate, |(_, text)| text);
    text.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Whether a QEMU, or else any, has a run state of that name.
#[must_use]
pub fn is_run_state(name: &[u8], qemu: Option<Dialect>) -> bool {
    let is = |known: &str| known.as_bytes() == name;
    let old = qemu.is_none_or(|qemu| qemu == Dialect::Qemu5_2);
    RUN_STATES.into_iter().any(is) || old && is(BEFORE_6_0)
}
