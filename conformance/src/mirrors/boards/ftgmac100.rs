//! `ftgmac100` (hw/net/ftgmac100.c): Faraday's network card, and `aspeed-mmi`: the wires to its transceiver.

use vmsd_schema::VmState;

/// The card. Addresses are of 64 bits since version 2 (QEMU 9.1).
#[derive(Default, VmState)]
#[vmstate(name = "ftgmac100", version = 2)]
pub(crate) struct Ftgmac100 {
    irq_state: u32,
    isr: u32,
    ier: u32,
    rx_enabled: u32,
    rbsr: u32,
    math: [u32; 2],
    itc: u32,
    aptcr: u32,
    dblac: u32,
    revr: u32,
    fear1: u32,
    tpafcr: u32,
    maccr: u32,
    phycr: u32,
    phydata: u32,
    fcr: u32,
    phy_status: u32,
    phy_control: u32,
    phy_advertise: u32,
    phy_int: u32,
    phy_int_mask: u32,
    txdes0_edotr: u32,
    rxdes0_edorr: u32,
    rx_ring: u64,
    tx_ring: u64,
    rx_descriptor: u64,
    tx_descriptor: u64,
}

/// Two registers of Aspeed's (`vmstate_aspeed_mii`).
#[derive(Default, VmState)]
#[vmstate(name = "aspeed-mmi", version = 1)]
pub(crate) struct AspeedMmi {
    phycr: u32,
    phydata: u32,
}
