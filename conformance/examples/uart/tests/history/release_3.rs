//! Release 3.0.0: a receive timeout, by a subsection.

use vmsd_schema::{Timer, VmState};

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "uart", version = 2, minimum_version = 1)]
pub(crate) struct Uart {
    pub(crate) divider: u16,
    pub(crate) line: u8,
    pub(crate) used: u8,
    pub(crate) fifo: [u8; 16],
    #[vmstate(since = 2)]
    pub(crate) scratch: u8,
    #[vmstate(subsection)]
    pub(crate) timeout: Option<Timeout>,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "uart/timeout", version = 1)]
pub(crate) struct Timeout {
    pub(crate) deadline: Timer,
}
