//! Release 2.0.0: a scratch register, by a field with `since`.

use vmsd_schema::VmState;

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "uart", version = 2, minimum_version = 1)]
pub(crate) struct Uart {
    pub(crate) divider: u16,
    pub(crate) line: u8,
    pub(crate) used: u8,
    pub(crate) fifo: [u8; 16],
    #[vmstate(since = 2)]
    pub(crate) scratch: u8,
}
