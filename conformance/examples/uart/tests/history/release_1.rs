//! Release 1.0.0: the port as it began.

use vmsd_schema::VmState;

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "uart", version = 1)]
pub(crate) struct Uart {
    pub(crate) divider: u16,
    pub(crate) line: u8,
    pub(crate) used: u8,
    pub(crate) fifo: [u8; 16],
}
