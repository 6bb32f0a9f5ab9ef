//! What release 6.0.0 was to be: the FIFO is one array of 32 bytes again, which no older release sends.

use vmsd_schema::{Timer, VmState};

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "uart", version = 3, minimum_version = 1)]
pub(crate) struct Uart {
    pub(crate) divider: u16,
    pub(crate) line_control: u8,
    pub(crate) used: u8,
    pub(crate) fifo: [u8; 32],
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
