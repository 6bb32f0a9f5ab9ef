//! `npcm7xx-smbus` (hw/i2c/npcm7xx_smbus.c): Nuvoton's SMBus controller.

use vmsd_schema::VmState;

/// Addresses that the controller answers to.
const ADDRESSES: usize = 10;
/// Bytes that wait for the guest.
const FIFO: usize = 16;

/// The registers.
#[derive(Default, VmState)]
#[vmstate(name = "npcm7xx-smbus", version = 0)]
pub(crate) struct Npcm7xxSmbus {
    sda: u8,
    st: u8,
    cst: u8,
    cst2: u8,
    cst3: u8,
    ctl1: u8,
    ctl2: u8,
    ctl3: u8,
    ctl4: u8,
    ctl5: u8,
    addr: [u8; ADDRESSES],
    scllt: u8,
    sclht: u8,
    fif_ctl: u8,
    fif_cts: u8,
    fair_per: u8,
    txf_ctl: u8,
    t_out: u8,
    txf_sts: u8,
    rxf_sts: u8,
    rxf_ctl: u8,
    rx_fifo: [u8; FIFO],
    /// The next byte to read.
    #[vmstate(max = FIFO - 1)]
    rx_cur: u8,
}
