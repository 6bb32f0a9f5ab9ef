//! `e1000` (hw/net/e1000.c): the network card of the `pc` machine.

use vmsd_schema::{Unused, VmState};

use super::pci::PciDevice;

/// Words of the card's register space.
const MAC_REGS: usize = 0x8000;

/// The card.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "e1000", version = 2, minimum_version = 1, default)]
pub struct E1000 {
    /// The PCI device.
    pub parent_obj: PciDevice,
    /// Was the instance id.
    #[vmstate(exists = Self::is_version_1)]
    pub was_instance_id: Unused<4>,
    /// Was `mmio_base`.
    pub was_mmio_base: Unused<4>,
    /// Bytes of a receive buffer.
    pub rxbuf_size: u32,
    /// Descriptors that must be free before the guest is warned, as a shift.
    pub rxbuf_min_shift: u32,
    /// Bits that came from the driver.
    #[vmstate(name = "eecd_state.val_in")]
    pub eecd_val_in: u32,
    /// How many.
    #[vmstate(name = "eecd_state.bitnum_in")]
    pub eecd_bitnum_in: u16,
    /// The next bit to the driver. QEMU masks it at each use.
    #[vmstate(name = "eecd_state.bitnum_out")]
    pub eecd_bitnum_out: u16,
    /// Whether a read goes on.
    #[vmstate(name = "eecd_state.reading")]
    pub eecd_reading: u16,
    /// The lines as they were.
    #[vmstate(name = "eecd_state.old_eecd")]
    pub eecd_old_eecd: u32,
    /// Where the IP checksum starts.
    #[vmstate(name = "mig_props.ipcss")]
    pub ipcss: u8,
    /// Where it is stored.
    #[vmstate(name = "mig_props.ipcso")]
    pub ipcso: u8,
    /// Where it ends.
    #[vmstate(name = "mig_props.ipcse")]
    pub ipcse: u16,
    /// Where the TCP or UDP checksum starts.
    #[vmstate(name = "mig_props.tucss")]
    pub tucss: u8,
    /// Where it is stored.
    #[vmstate(name = "mig_props.tucso")]
    pub tucso: u8,
    /// Where it ends.
    #[vmstate(name = "mig_props.tucse")]
    pub tucse: u16,
    /// Bytes of payload.
    #[vmstate(name = "mig_props.paylen")]
    pub paylen: u32,
    /// Bytes of headers.
    #[vmstate(name = "mig_props.hdr_len")]
    pub hdr_len: u8,
    /// Bytes of a segment.
    #[vmstate(name = "mig_props.mss")]
    pub mss: u16,
    /// Bytes of the packet that is being put together.
    #[vmstate(name = "tx.size")]
    pub tx_size: u16,
    /// Segments of it that were sent.
    #[vmstate(name = "tx.tso_frames")]
    pub tx_tso_frames: u16,
    /// Which checksums it asks for.
    #[vmstate(name = "tx.sum_needed")]
    pub tx_sum_needed: u8,
    /// Whether the packet is IPv4.
    #[vmstate(name = "mig_props.ip")]
    pub ip: i8,
    /// Whether it is TCP.
    #[vmstate(name = "mig_props.tcp")]
    pub tcp: i8,
    /// Its headers.
    #[vmstate(name = "tx.header", buffer)]
    pub tx_header: [u8; 256],
    /// Its bytes.
    #[vmstate(name = "tx.data", buffer)]
    pub tx_data: Box<[u8; 0x10000]>,
    /// The EEPROM.
    pub eeprom_data: [u16; 64],
    /// Registers of the PHY.
    pub phy_reg: [u16; 32],
    /// Device control.
    #[vmstate(name = "mac_reg[CTRL]")]
    pub ctrl: u32,
    /// EEPROM control and data.
    #[vmstate(name = "mac_reg[EECD]")]
    pub eecd: u32,
    /// EEPROM read.
    #[vmstate(name = "mac_reg[EERD]")]
    pub eerd: u32,
    /// Good packets received.
    #[vmstate(name = "mac_reg[GPRC]")]
    pub gprc: u32,
    /// Good packets sent.
    #[vmstate(name = "mac_reg[GPTC]")]
    pub gptc: u32,
    /// Interrupt cause.
    #[vmstate(name = "mac_reg[ICR]")]
    pub icr: u32,
    /// Interrupt cause set.
    #[vmstate(name = "mac_reg[ICS]")]
    pub ics: u32,
    /// Interrupt mask clear.
    #[vmstate(name = "mac_reg[IMC]")]
    pub imc: u32,
    /// Interrupt mask set.
    #[vmstate(name = "mac_reg[IMS]")]
    pub ims: u32,
    /// LED control.
    #[vmstate(name = "mac_reg[LEDCTL]")]
    pub ledctl: u32,
    /// Management control.
    #[vmstate(name = "mac_reg[MANC]")]
    pub manc: u32,
    /// MDI control.
    #[vmstate(name = "mac_reg[MDIC]")]
    pub mdic: u32,
    /// Missed packets.
    #[vmstate(name = "mac_reg[MPC]")]
    pub mpc: u32,
    /// Packet buffer allocation.
    #[vmstate(name = "mac_reg[PBA]")]
    pub pba: u32,
    /// Receive control.
    #[vmstate(name = "mac_reg[RCTL]")]
    pub rctl: u32,
    /// Receive descriptors, high half of the base.
    #[vmstate(name = "mac_reg[RDBAH]")]
    pub rdbah: u32,
    /// Receive descriptors, low half of the base.
    #[vmstate(name = "mac_reg[RDBAL]")]
    pub rdbal: u32,
    /// Receive descriptors, head.
    #[vmstate(name = "mac_reg[RDH]")]
    pub rdh: u32,
    /// Receive descriptors, length.
    #[vmstate(name = "mac_reg[RDLEN]")]
    pub rdlen: u32,
    /// Receive descriptors, tail.
    #[vmstate(name = "mac_reg[RDT]")]
    pub rdt: u32,
    /// Device status.
    #[vmstate(name = "mac_reg[STATUS]")]
    pub status: u32,
    /// Software semaphore.
    #[vmstate(name = "mac_reg[SWSM]")]
    pub swsm: u32,
    /// Transmit control.
    #[vmstate(name = "mac_reg[TCTL]")]
    pub tctl: u32,
    /// Transmit descriptors, high half of the base.
    #[vmstate(name = "mac_reg[TDBAH]")]
    pub tdbah: u32,
    /// Transmit descriptors, low half of the base.
    #[vmstate(name = "mac_reg[TDBAL]")]
    pub tdbal: u32,
    /// Transmit descriptors, head.
    #[vmstate(name = "mac_reg[TDH]")]
    pub tdh: u32,
    /// Transmit descriptors, length.
    #[vmstate(name = "mac_reg[TDLEN]")]
    pub tdlen: u32,
    /// Transmit descriptors, tail.
    #[vmstate(name = "mac_reg[TDT]")]
    pub tdt: u32,
    /// Octets received, high half.
    #[vmstate(name = "mac_reg[TORH]")]
    pub torh: u32,
    /// Octets received, low half.
    #[vmstate(name = "mac_reg[TORL]")]
    pub torl: u32,
    /// Octets sent, high half.
    #[vmstate(name = "mac_reg[TOTH]")]
    pub toth: u32,
    /// Octets sent, low half.
    #[vmstate(name = "mac_reg[TOTL]")]
    pub totl: u32,
    /// Packets received.
    #[vmstate(name = "mac_reg[TPR]")]
    pub tpr: u32,
    /// Packets sent.
    #[vmstate(name = "mac_reg[TPT]")]
    pub tpt: u32,
    /// Transmit descriptor control.
    #[vmstate(name = "mac_reg[TXDCTL]")]
    pub txdctl: u32,
    /// Wake-up filter control.
    #[vmstate(name = "mac_reg[WUFC]")]
    pub wufc: u32,
    /// VLAN type.
    #[vmstate(name = "mac_reg[VET]")]
    pub vet: u32,
    /// Receive addresses.
    #[vmstate(name = "mac_reg")]
    pub ra: [u32; 32],
    /// Multicast table.
    #[vmstate(name = "mac_reg")]
    pub mta: [u32; 128],
    /// VLAN filter table.
    #[vmstate(name = "mac_reg")]
    pub vfta: [u32; 128],
    /// Sent by machine types from 1.6 on.
    #[vmstate(subsection)]
    pub mit_state: Option<E1000MitState>,
    /// Sent by machine types from 2.5 on.
    #[vmstate(subsection)]
    pub full_mac_state: Option<E1000FullMacState>,
    /// Sent by machine types from 2.11 on.
    #[vmstate(subsection)]
    pub tx_tso_state: Option<E1000TxTsoState>,
}

/// Interrupt mitigation.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "e1000/mit_state", version = 1)]
pub struct E1000MitState {
    /// Receive delay timer.
    #[vmstate(name = "mac_reg[RDTR]")]
    pub rdtr: u32,
    /// Receive interrupt absolute delay.
    #[vmstate(name = "mac_reg[RADV]")]
    pub radv: u32,
    /// Transmit interrupt absolute delay.
    #[vmstate(name = "mac_reg[TADV]")]
    pub tadv: u32,
    /// Interrupt throttling rate.
    #[vmstate(name = "mac_reg[ITR]")]
    pub itr: u32,
    /// The level of the interrupt pin.
    pub mit_irq_level: bool,
}

/// Every register, those of the section included.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "e1000/full_mac_state", version = 1, default)]
pub struct E1000FullMacState {
    /// The registers.
    pub mac_reg: Box<[u32; MAC_REGS]>,
}

/// What the driver set for segmented packets; the section has it for the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "e1000/tx_tso_state", version = 1)]
pub struct E1000TxTsoState {
    /// Where the IP checksum starts.
    #[vmstate(name = "tx.tso_props.ipcss")]
    pub ipcss: u8,
    /// Where it is stored.
    #[vmstate(name = "tx.tso_props.ipcso")]
    pub ipcso: u8,
    /// Where it ends.
    #[vmstate(name = "tx.tso_props.ipcse")]
    pub ipcse: u16,
    /// Where the TCP or UDP checksum starts.
    #[vmstate(name = "tx.tso_props.tucss")]
    pub tucss: u8,
    /// Where it is stored.
    #[vmstate(name = "tx.tso_props.tucso")]
    pub tucso: u8,
    /// Where it ends.
    #[vmstate(name = "tx.tso_props.tucse")]
    pub tucse: u16,
    /// Bytes of payload.
    #[vmstate(name = "tx.tso_props.paylen")]
    pub paylen: u32,
    /// Bytes of headers.
    #[vmstate(name = "tx.tso_props.hdr_len")]
    pub hdr_len: u8,
    /// Bytes of a segment.
    #[vmstate(name = "tx.tso_props.mss")]
    pub mss: u16,
    /// Whether the packet is IPv4.
    #[vmstate(name = "tx.tso_props.ip")]
    pub ip: i8,
    /// Whether it is TCP.
    #[vmstate(name = "tx.tso_props.tcp")]
    pub tcp: i8,
}

impl E1000 {
    #[expect(clippy::unused_self, reason = "the signature of a predicate")]
    fn is_version_1(&self, version: u32) -> bool {
        version == 1
    }
}
