//! `e1000` (hw/net/e1000.c): the network card of the `pc` machine.

use vmsd_schema::{Unused, VmState};

use super::pci::PciDevice;

/// Words of the card's register space.
const MAC_REGS: usize = 0x8000;

/// The card.
#[derive(VmState)]
#[vmstate(name = "e1000", version = 2, minimum_version = 1, default)]
pub(crate) struct E1000 {
    parent_obj: PciDevice,
    /// Was the instance id.
    #[vmstate(exists = Self::is_version_1)]
    was_instance_id: Unused<4>,
    /// Was `mmio_base`.
    was_mmio_base: Unused<4>,
    /// Bytes of a receive buffer.
    rxbuf_size: u32,
    /// Descriptors that must be free before the guest is warned, as a shift.
    rxbuf_min_shift: u32,
    /// Bits that came from the driver.
    #[vmstate(name = "eecd_state.val_in")]
    eecd_val_in: u32,
    /// How many.
    #[vmstate(name = "eecd_state.bitnum_in")]
    eecd_bitnum_in: u16,
    /// The next bit to the driver. QEMU masks it at each use.
    #[vmstate(name = "eecd_state.bitnum_out")]
    eecd_bitnum_out: u16,
    /// Whether a read goes on.
    #[vmstate(name = "eecd_state.reading")]
    eecd_reading: u16,
    /// The lines as they were.
    #[vmstate(name = "eecd_state.old_eecd")]
    eecd_old_eecd: u32,
    /// Where the IP checksum starts.
    #[vmstate(name = "mig_props.ipcss")]
    ipcss: u8,
    /// Where it is stored.
    #[vmstate(name = "mig_props.ipcso")]
    ipcso: u8,
    /// Where it ends.
    #[vmstate(name = "mig_props.ipcse")]
    ipcse: u16,
    /// Where the TCP or UDP checksum starts.
    #[vmstate(name = "mig_props.tucss")]
    tucss: u8,
    /// Where it is stored.
    #[vmstate(name = "mig_props.tucso")]
    tucso: u8,
    /// Where it ends.
    #[vmstate(name = "mig_props.tucse")]
    tucse: u16,
    /// Bytes of payload.
    #[vmstate(name = "mig_props.paylen")]
    paylen: u32,
    /// Bytes of headers.
    #[vmstate(name = "mig_props.hdr_len")]
    hdr_len: u8,
    /// Bytes of a segment.
    #[vmstate(name = "mig_props.mss")]
    mss: u16,
    /// Bytes of the packet that is being put together.
    #[vmstate(name = "tx.size")]
    tx_size: u16,
    /// Segments of it that were sent.
    #[vmstate(name = "tx.tso_frames")]
    tx_tso_frames: u16,
    /// Which checksums it asks for.
    #[vmstate(name = "tx.sum_needed")]
    tx_sum_needed: u8,
    /// Whether the packet is IPv4.
    #[vmstate(name = "mig_props.ip")]
    ip: i8,
    /// Whether it is TCP.
    #[vmstate(name = "mig_props.tcp")]
    tcp: i8,
    /// Its headers.
    #[vmstate(name = "tx.header", buffer)]
    tx_header: [u8; 256],
    /// Its bytes.
    #[vmstate(name = "tx.data", buffer)]
    tx_data: Box<[u8; 0x10000]>,
    /// The EEPROM.
    eeprom_data: [u16; 64],
    /// Registers of the PHY.
    phy_reg: [u16; 32],
    /// Device control.
    #[vmstate(name = "mac_reg[CTRL]")]
    ctrl: u32,
    /// EEPROM control and data.
    #[vmstate(name = "mac_reg[EECD]")]
    eecd: u32,
    /// EEPROM read.
    #[vmstate(name = "mac_reg[EERD]")]
    eerd: u32,
    /// Good packets received.
    #[vmstate(name = "mac_reg[GPRC]")]
    gprc: u32,
    /// Good packets sent.
    #[vmstate(name = "mac_reg[GPTC]")]
    gptc: u32,
    /// Interrupt cause.
    #[vmstate(name = "mac_reg[ICR]")]
    icr: u32,
    /// Interrupt cause set.
    #[vmstate(name = "mac_reg[ICS]")]
    ics: u32,
    /// Interrupt mask clear.
    #[vmstate(name = "mac_reg[IMC]")]
    imc: u32,
    /// Interrupt mask set.
    #[vmstate(name = "mac_reg[IMS]")]
    ims: u32,
    /// LED control.
    #[vmstate(name = "mac_reg[LEDCTL]")]
    ledctl: u32,
    /// Management control.
    #[vmstate(name = "mac_reg[MANC]")]
    manc: u32,
    /// MDI control.
    #[vmstate(name = "mac_reg[MDIC]")]
    mdic: u32,
    /// Missed packets.
    #[vmstate(name = "mac_reg[MPC]")]
    mpc: u32,
    /// Packet buffer allocation.
    #[vmstate(name = "mac_reg[PBA]")]
    pba: u32,
    /// Receive control.
    #[vmstate(name = "mac_reg[RCTL]")]
    rctl: u32,
    /// Receive descriptors, high half of the base.
    #[vmstate(name = "mac_reg[RDBAH]")]
    rdbah: u32,
    /// Receive descriptors, low half of the base.
    #[vmstate(name = "mac_reg[RDBAL]")]
    rdbal: u32,
    /// Receive descriptors, head.
    #[vmstate(name = "mac_reg[RDH]")]
    rdh: u32,
    /// Receive descriptors, length.
    #[vmstate(name = "mac_reg[RDLEN]")]
    rdlen: u32,
    /// Receive descriptors, tail.
    #[vmstate(name = "mac_reg[RDT]")]
    rdt: u32,
    /// Device status.
    #[vmstate(name = "mac_reg[STATUS]")]
    status: u32,
    /// Software semaphore.
    #[vmstate(name = "mac_reg[SWSM]")]
    swsm: u32,
    /// Transmit control.
    #[vmstate(name = "mac_reg[TCTL]")]
    tctl: u32,
    /// Transmit descriptors, high half of the base.
    #[vmstate(name = "mac_reg[TDBAH]")]
    tdbah: u32,
    /// Transmit descriptors, low half of the base.
    #[vmstate(name = "mac_reg[TDBAL]")]
    tdbal: u32,
    /// Transmit descriptors, head.
    #[vmstate(name = "mac_reg[TDH]")]
    tdh: u32,
    /// Transmit descriptors, length.
    #[vmstate(name = "mac_reg[TDLEN]")]
    tdlen: u32,
    /// Transmit descriptors, tail.
    #[vmstate(name = "mac_reg[TDT]")]
    tdt: u32,
    /// Octets received, high half.
    #[vmstate(name = "mac_reg[TORH]")]
    torh: u32,
    /// Octets received, low half.
    #[vmstate(name = "mac_reg[TORL]")]
    torl: u32,
    /// Octets sent, high half.
    #[vmstate(name = "mac_reg[TOTH]")]
    toth: u32,
    /// Octets sent, low half.
    #[vmstate(name = "mac_reg[TOTL]")]
    totl: u32,
    /// Packets received.
    #[vmstate(name = "mac_reg[TPR]")]
    tpr: u32,
    /// Packets sent.
    #[vmstate(name = "mac_reg[TPT]")]
    tpt: u32,
    /// Transmit descriptor control.
    #[vmstate(name = "mac_reg[TXDCTL]")]
    txdctl: u32,
    /// Wake-up filter control.
    #[vmstate(name = "mac_reg[WUFC]")]
    wufc: u32,
    /// VLAN type.
    #[vmstate(name = "mac_reg[VET]")]
    vet: u32,
    /// Receive addresses.
    #[vmstate(name = "mac_reg")]
    ra: [u32; 32],
    /// Multicast table.
    #[vmstate(name = "mac_reg")]
    mta: [u32; 128],
    /// VLAN filter table.
    #[vmstate(name = "mac_reg")]
    vfta: [u32; 128],
    /// Sent by machine types from 1.7 on, and by every QEMU from 10.0 on.
    #[vmstate(subsection)]
    mit_state: Option<E1000MitState>,
    /// Sent by machine types from 2.5 on.
    #[vmstate(subsection)]
    full_mac_state: Option<E1000FullMacState>,
    /// Sent by machine types from 2.12 on.
    #[vmstate(subsection)]
    tx_tso_state: Option<E1000TxTsoState>,
}

/// Interrupt mitigation.
#[derive(Default, VmState)]
#[vmstate(name = "e1000/mit_state", version = 1)]
struct E1000MitState {
    /// Receive delay timer.
    #[vmstate(name = "mac_reg[RDTR]")]
    rdtr: u32,
    /// Receive interrupt absolute delay.
    #[vmstate(name = "mac_reg[RADV]")]
    radv: u32,
    /// Transmit interrupt absolute delay.
    #[vmstate(name = "mac_reg[TADV]")]
    tadv: u32,
    /// Interrupt throttling rate.
    #[vmstate(name = "mac_reg[ITR]")]
    itr: u32,
    /// The level of the interrupt pin.
    mit_irq_level: bool,
}

/// Every register, those of the section included.
#[derive(VmState)]
#[vmstate(name = "e1000/full_mac_state", version = 1, default)]
struct E1000FullMacState {
    mac_reg: Box<[u32; MAC_REGS]>,
}

/// What the driver set for segmented packets; the section has it for the others.
#[derive(Default, VmState)]
#[vmstate(name = "e1000/tx_tso_state", version = 1, prefix = "tx.tso_props.")]
struct E1000TxTsoState {
    /// Where the IP checksum starts.
    ipcss: u8,
    /// Where it is stored.
    ipcso: u8,
    /// Where it ends.
    ipcse: u16,
    /// Where the TCP or UDP checksum starts.
    tucss: u8,
    /// Where it is stored.
    tucso: u8,
    /// Where it ends.
    tucse: u16,
    /// Bytes of payload.
    paylen: u32,
    /// Bytes of headers.
    hdr_len: u8,
    /// Bytes of a segment.
    mss: u16,
    /// Whether the packet is IPv4.
    ip: i8,
    /// Whether it is TCP.
    tcp: i8,
}

impl E1000 {
    fn is_version_1(&self, version: u32) -> bool {
        version == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 1 has the instance id between the PCI device and the rest.
    #[test]
    fn version_1() {
        const PCI_DEVICE: usize = 4 + 256 + 16;
        let card = || E1000 {
            rxbuf_size: 2048,
            tctl: 0x1000,
            ..E1000::default()
        };
        let newer = vmsd_schema::save(&mut card(), 2).unwrap();
        let (pci, rest) = newer.split_at(PCI_DEVICE);
        let older = [pci, &[0xaa; 4], rest].concat();

        let mut loaded = E1000::default();
        vmsd_schema::load(&mut loaded, &older, 1).unwrap();
        assert_eq!((loaded.rxbuf_size, loaded.tctl), (2048, 0x1000));
        let saved = vmsd_schema::save(&mut loaded, 1).unwrap();
        assert_eq!(saved, [pci, &[0; 4], rest].concat());
    }
}
