//! `e1000e` (hw/net/e1000e.c): the network card of the `q35` machine.

use vmsd_schema::{Timer, Unused, VmState};

use super::pci::{Msix, PciDevice};

/// MSI-X vectors (`E1000E_MSIX_VEC_NUM`).
const MSIX_VECTORS: usize = 5;

/// The card.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "e1000e", version = 1, default)]
pub struct E1000e {
    /// The PCI device.
    #[vmstate(default = PciDevice::express())]
    pub parent_obj: PciDevice,
    /// Its vectors.
    #[vmstate(name = "parent_obj", default = Msix::with_vectors(MSIX_VECTORS))]
    pub msix: Msix,
    /// The register that the I/O ports show.
    pub ioaddr: u32,
    /// Descriptors that must be free before the guest is warned, as a shift.
    #[vmstate(name = "core.rxbuf_min_shift")]
    pub rxbuf_min_shift: u32,
    /// Bytes of a receive descriptor.
    #[vmstate(name = "core.rx_desc_len")]
    pub rx_desc_len: u8,
    /// Bytes of each buffer of a descriptor.
    #[vmstate(name = "core.rxbuf_sizes")]
    pub rxbuf_sizes: [u32; 4],
    /// Bytes of all of them.
    #[vmstate(name = "core.rx_desc_buf_size")]
    pub rx_desc_buf_size: u32,
    /// The EEPROM.
    #[vmstate(name = "core.eeprom")]
    pub eeprom: [u16; 64],
    /// Registers of the PHY, in pages.
    #[vmstate(name = "core.phy")]
    pub phy: [[u16; 32]; 7],
    /// Registers of the card.
    #[vmstate(name = "core.mac")]
    pub mac: Box<[u32; 0x8000]>,
    /// The MAC address that a reset restores.
    #[vmstate(name = "core.permanent_mac")]
    pub permanent_mac: [u8; 6],
    /// Interrupt causes that wait for a timer.
    #[vmstate(name = "core.delayed_causes")]
    pub delayed_causes: u32,
    /// Subsystem: must equal the property of the destination.
    pub subsys: u16,
    /// Subsystem vendor: must equal the property of the destination.
    pub subsys_ven: u16,
    /// Receive packet delay.
    #[vmstate(name = "core.rdtr")]
    pub rdtr: E1000IntrDelayTimer,
    /// Receive absolute delay.
    #[vmstate(name = "core.radv")]
    pub radv: E1000IntrDelayTimer,
    /// Receive small packet delay.
    #[vmstate(name = "core.raid")]
    pub raid: E1000IntrDelayTimer,
    /// Transmit absolute delay.
    #[vmstate(name = "core.tadv")]
    pub tadv: E1000IntrDelayTimer,
    /// Transmit packet delay.
    #[vmstate(name = "core.tidv")]
    pub tidv: E1000IntrDelayTimer,
    /// Interrupt throttling.
    #[vmstate(name = "core.itr")]
    pub itr: E1000IntrDelayTimer,
    /// QEMU before 8.1 sent whether a throttled interrupt is pending; the table changed without a version.
    #[vmstate(skip)]
    pub sends_pending: bool,
    /// The bytes are still there.
    #[vmstate(skip, default = true)]
    pub skips_pending: bool,
    /// An interrupt waits for `itr`.
    #[vmstate(name = "core.itr_intr_pending", exists = sends_pending)]
    pub itr_intr_pending: bool,
    /// Was `itr_intr_pending`.
    #[vmstate(exists = skips_pending)]
    pub was_itr_intr_pending: Unused<1>,
    /// Throttling of each vector.
    #[vmstate(name = "core.eitr")]
    pub eitr: [E1000IntrDelayTimer; MSIX_VECTORS],
    /// An interrupt waits for its `eitr`.
    #[vmstate(name = "core.eitr_intr_pending", exists = sends_pending, compressed)]
    pub eitr_intr_pending: [bool; MSIX_VECTORS],
    /// Was `eitr_intr_pending`.
    #[vmstate(exists = skips_pending)]
    pub was_eitr_intr_pending: Unused<MSIX_VECTORS>,
    /// `itr` as the guest wrote it.
    #[vmstate(name = "core.itr_guest_value")]
    pub itr_guest_value: u32,
    /// `eitr` as the guest wrote it.
    #[vmstate(name = "core.eitr_guest_value")]
    pub eitr_guest_value: [u32; MSIX_VECTORS],
    /// VLAN type.
    #[vmstate(name = "core.vet")]
    pub vet: u16,
    /// Transmit queues.
    #[vmstate(name = "core.tx")]
    pub tx: [E1000eTx; 2],
    /// Machine types from 8.1 on migrate the time adjustment (`migrate-timadj`).
    #[vmstate(skip, default = true)]
    pub migrates_timadj: bool,
    /// The time adjustment.
    #[vmstate(name = "core.timadj", exists = migrates_timadj)]
    pub timadj: i64,
}

/// A timer that delays an interrupt.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "e1000e-intr-timer", version = 1)]
pub struct E1000IntrDelayTimer {
    /// When it fires.
    pub timer: Timer,
    /// Whether it runs.
    pub running: bool,
}

/// The packet that a transmit queue puts together.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "e1000e-tx", version = 1)]
pub struct E1000eTx {
    /// Which checksums it asks for.
    pub sum_needed: u8,
    /// Where the IP checksum starts.
    #[vmstate(name = "props.ipcss")]
    pub ipcss: u8,
    /// Where it is stored.
    #[vmstate(name = "props.ipcso")]
    pub ipcso: u8,
    /// Where it ends.
    #[vmstate(name = "props.ipcse")]
    pub ipcse: u16,
    /// Where the TCP or UDP checksum starts.
    #[vmstate(name = "props.tucss")]
    pub tucss: u8,
    /// Where it is stored.
    #[vmstate(name = "props.tucso")]
    pub tucso: u8,
    /// Where it ends.
    #[vmstate(name = "props.tucse")]
    pub tucse: u16,
    /// Bytes of headers.
    #[vmstate(name = "props.hdr_len")]
    pub hdr_len: u8,
    /// Bytes of a segment.
    #[vmstate(name = "props.mss")]
    pub mss: u16,
    /// Bytes of payload.
    #[vmstate(name = "props.paylen")]
    pub paylen: u32,
    /// Whether the packet is IPv4.
    #[vmstate(name = "props.ip")]
    pub ip: i8,
    /// Whether it is TCP.
    #[vmstate(name = "props.tcp")]
    pub tcp: i8,
    /// Whether the context asks for segmentation.
    #[vmstate(name = "props.tse")]
    pub tse: bool,
    /// Whether the packet does.
    pub cptse: bool,
    /// Whether the rest of the packet is skipped.
    pub skip_cp: bool,
}
