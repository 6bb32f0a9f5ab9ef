//! `lan9118-phy` (hw/net/lan9118_phy.c, since QEMU 10.0): a network transceiver.

use vmsd_schema::VmState;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "lan9118-phy", version = 1)]
pub(crate) struct Lan9118Phy {
    status: u16,
    control: u16,
    advertise: u16,
    ints: u16,
    int_mask: u16,
    link_down: bool,
}
