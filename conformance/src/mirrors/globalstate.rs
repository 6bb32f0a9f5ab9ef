//! The run state that the machine had before migration stopped it.

use vmsd_schema::accept::{is_run_state, run_state};
use vmsd_schema::{Error, ErrorKind, Result, VmState};

/// The run state (`migration/global_state.c`).
///
/// The 100 bytes were one string once. Their head is the string of today, and the two layouts differ in the
/// description alone: 5.2 and 7.2 describe 100 bytes, 10.0 and 11.1 their parts.
#[derive(VmState)]
#[vmstate(name = "globalstate", version = 1, post_load = Self::post_load, default)]
pub(crate) struct Globalstate {
    size: u32,
    #[vmstate(buffer, len = runstate_len)]
    runstate: [u8; 100],
    #[vmstate(exists = knows_suspension)]
    has_vm_was_suspended: u8,
    #[vmstate(exists = knows_suspension)]
    vm_was_suspended: u8,
    #[vmstate(buffer, exists = knows_suspension)]
    unused: [u8; 66],

    #[vmstate(skip, default = 32)]
    runstate_len: u8,
    #[vmstate(skip, default = true)]
    knows_suspension: bool,
}

impl Globalstate {
    /// The state as QEMU sent it when it was one string.
    pub(crate) fn one_string() -> Self {
        Self {
            runstate_len: 100,
            knows_suspension: false,
            ..Self::default()
        }
    }

    /// `global_state_post_load`: a name that QEMU does not know ends the migration.
    fn post_load(&mut self, _version: u32) -> Result<()> {
        let sent = self
            .runstate
            .get(..usize::from(self.runstate_len))
            .unwrap_or(&self.runstate);
        let name = run_state(sent);
        if is_run_state(name, None) {
            return Ok(());
        }
        let name = String::from_utf8_lossy(name);
        Err(Error::new(
            ErrorKind::Validation,
            format!("invalid parameter value: {name}"),
        ))
    }
}
