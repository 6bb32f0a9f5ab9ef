//! `rtl8139` (hw/net/rtl8139.c): a network card of many old machines.

use vmsd_schema::{Result, Unused, VmState};

use super::pci::PciDevice;

/// Descriptors of the transmitter.
const TX_DESCRIPTORS: usize = 4;

/// The card, register by register.
#[derive(VmState)]
#[vmstate(
    name = "rtl8139",
    version = 5,
    minimum_version = 3,
    pre_save = Self::pre_save,
    post_load = Self::post_load,
    default
)]
pub(crate) struct Rtl8139 {
    parent_obj: PciDevice,
    /// The MAC address; the register has two bytes more.
    #[vmstate(buffer)]
    phys: [u8; 6],
    /// The multicast mask.
    #[vmstate(buffer)]
    mult: [u8; 8],
    #[vmstate(name = "TxStatus")]
    tx_status: [u32; TX_DESCRIPTORS],
    #[vmstate(name = "TxAddr")]
    tx_addr: [u32; TX_DESCRIPTORS],
    #[vmstate(name = "RxBuf")]
    rx_buf: u32,
    #[vmstate(name = "RxBufferSize")]
    rx_buffer_size: u32,
    #[vmstate(name = "RxBufPtr")]
    rx_buf_ptr: u32,
    #[vmstate(name = "RxBufAddr")]
    rx_buf_addr: u32,
    #[vmstate(name = "IntrStatus")]
    intr_status: u16,
    #[vmstate(name = "IntrMask")]
    intr_mask: u16,
    #[vmstate(name = "TxConfig")]
    tx_config: u32,
    #[vmstate(name = "RxConfig")]
    rx_config: u32,
    #[vmstate(name = "RxMissed")]
    rx_missed: u32,
    #[vmstate(name = "CSCR")]
    cscr: u16,
    #[vmstate(name = "Cfg9346")]
    cfg9346: u8,
    #[vmstate(name = "Config0")]
    config0: u8,
    #[vmstate(name = "Config1")]
    config1: u8,
    #[vmstate(name = "Config3")]
    config3: u8,
    #[vmstate(name = "Config4")]
    config4: u8,
    #[vmstate(name = "Config5")]
    config5: u8,
    clock_enabled: u8,
    #[vmstate(name = "bChipCmdState")]
    chip_cmd_state: u8,
    #[vmstate(name = "MultiIntr")]
    multi_intr: u16,
    #[vmstate(name = "BasicModeCtrl")]
    basic_mode_ctrl: u16,
    #[vmstate(name = "BasicModeStatus")]
    basic_mode_status: u16,
    #[vmstate(name = "NWayAdvert")]
    nway_advert: u16,
    #[vmstate(name = "NWayLPAR")]
    nway_lpar: u16,
    #[vmstate(name = "NWayExpansion")]
    nway_expansion: u16,
    /// The command register of the C+ mode.
    #[vmstate(name = "CpCmd")]
    cp_cmd: u16,
    #[vmstate(name = "TxThresh")]
    tx_thresh: u8,
    unused: Unused<4>,
    #[vmstate(name = "conf.macaddr", buffer)]
    macaddr: [u8; 6],
    /// Zero since the address is PCI's business.
    rtl8139_mmio_io_addr_dummy: i32,
    /// The next of the four descriptors.
    #[vmstate(name = "currTxDesc", max = TX_DESCRIPTORS - 1)]
    curr_tx_desc: u32,
    /// The next descriptors in the rings of the C+ mode, which stand in guest memory.
    #[vmstate(name = "currCPlusRxDesc")]
    curr_cplus_rx_desc: u32,
    #[vmstate(name = "currCPlusTxDesc")]
    curr_cplus_tx_desc: u32,
    #[vmstate(name = "RxRingAddrLO")]
    rx_ring_addr_lo: u32,
    #[vmstate(name = "RxRingAddrHI")]
    rx_ring_addr_hi: u32,
    #[vmstate(name = "eeprom.contents")]
    eeprom_contents: [u16; 64],
    #[vmstate(name = "eeprom.mode")]
    eeprom_mode: i32,
    #[vmstate(name = "eeprom.tick")]
    eeprom_tick: u32,
    /// QEMU masks it at each use.
    #[vmstate(name = "eeprom.address")]
    eeprom_address: u8,
    #[vmstate(name = "eeprom.input")]
    eeprom_input: u16,
    #[vmstate(name = "eeprom.output")]
    eeprom_output: u16,
    #[vmstate(name = "eeprom.eecs")]
    eeprom_eecs: u8,
    #[vmstate(name = "eeprom.eesk")]
    eeprom_eesk: u8,
    #[vmstate(name = "eeprom.eedi")]
    eeprom_eedi: u8,
    #[vmstate(name = "eeprom.eedo")]
    eeprom_eedo: u8,
    /// The timer's count when it was saved; versions that know `TCTR_base` compute it.
    #[vmstate(name = "TCTR")]
    tctr: u32,
    #[vmstate(name = "TimerInt")]
    timer_int: u32,
    #[vmstate(name = "TCTR_base")]
    tctr_base: i64,
    #[vmstate(name = "tally_counters.TxOk")]
    tally_tx_ok: u64,
    #[vmstate(name = "tally_counters.RxOk")]
    tally_rx_ok: u64,
    #[vmstate(name = "tally_counters.TxERR")]
    tally_tx_err: u64,
    #[vmstate(name = "tally_counters.RxERR")]
    tally_rx_err: u32,
    #[vmstate(name = "tally_counters.MissPkt")]
    tally_miss_pkt: u16,
    #[vmstate(name = "tally_counters.FAE")]
    tally_fae: u16,
    #[vmstate(name = "tally_counters.Tx1Col")]
    tally_tx_1_col: u32,
    #[vmstate(name = "tally_counters.TxMCol")]
    tally_tx_m_col: u32,
    #[vmstate(name = "tally_counters.RxOkPhy")]
    tally_rx_ok_phy: u64,
    #[vmstate(name = "tally_counters.RxOkBrd")]
    tally_rx_ok_brd: u64,
    #[vmstate(name = "tally_counters.RxOkMul", since = 5)]
    tally_rx_ok_mul: u32,
    #[vmstate(name = "tally_counters.TxAbt")]
    tally_tx_abt: u16,
    #[vmstate(name = "tally_counters.TxUndrn")]
    tally_tx_undrn: u16,
    #[vmstate(since = 4)]
    cplus_enabled: u32,
    /// Sent after a hotplug, to be refused by versions that cannot follow.
    #[vmstate(subsection)]
    hotplug_ready: Option<HotplugReady>,
}

impl Rtl8139 {
    fn pre_save(&mut self) -> Result<()> {
        self.rtl8139_mmio_io_addr_dummy = 0;
        Ok(())
    }

    /// Version 3 does not say whether the card is in the C+ mode (`rtl8139_post_load`).
    fn post_load(&mut self, version: u32) -> Result<()> {
        if version < 4 {
            self.cplus_enabled = u32::from(self.cp_cmd != 0);
        }
        Ok(())
    }
}

/// Its presence says all.
#[derive(Default, VmState)]
#[vmstate(name = "rtl8139/hotplug_ready", version = 1)]
struct HotplugReady {}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::{load, save, ErrorKind};

    #[test]
    fn version_3_tells_the_mode_by_the_command() {
        let mut card = Rtl8139 {
            cp_cmd: 3,
            ..Rtl8139::default()
        };
        let bytes = save(&mut card, 3).unwrap();
        assert_eq!(bytes.len() + 8, save(&mut card, 5).unwrap().len());
        let mut loaded = Rtl8139::default();
        load(&mut loaded, &bytes, 3).unwrap();
        assert_eq!(loaded.cplus_enabled, 1);
    }

    #[test]
    fn there_are_four_descriptors() {
        let mut card = Rtl8139 {
            curr_tx_desc: 3,
            ..Rtl8139::default()
        };
        let mut bytes = save(&mut card, 5).unwrap();
        let others = save(&mut Rtl8139::default(), 5).unwrap();
        let at = (0..bytes.len()).find(|at| bytes[*at] != others[*at]);
        bytes[at.unwrap()] = 4;
        let error = load(&mut Rtl8139::default(), &bytes, 5).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bound);
        assert_eq!(error.path().as_str(), "currTxDesc");
    }
}
