//! `e1000e` (hw/net/e1000e.c): the network card of the `q35` machine.

use vmsd_schema::codec::Scalar;
use vmsd_schema::schema::Shape;
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Loader, Result, Timer, Unused, VmState};

use super::pci::{Msix, PciDevice};

/// MSI-X vectors (`E1000E_MSIX_VEC_NUM`).
const MSIX_VECTORS: usize = 5;

/// The card.
#[derive(VmState)]
#[vmstate(name = "e1000e", version = 1, prefix = "core.", default)]
pub(crate) struct E1000e {
    #[vmstate(name = "parent_obj", default = PciDevice::express())]
    parent_obj: PciDevice,
    /// Its vectors.
    #[vmstate(name = "parent_obj", default = Msix::with_vectors(MSIX_VECTORS))]
    msix: Msix,
    /// The register that the I/O ports show.
    #[vmstate(name = "ioaddr")]
    ioaddr: u32,
    /// Descriptors that must be free before the guest is warned, as a shift.
    rxbuf_min_shift: u32,
    /// Bytes of a receive descriptor.
    rx_desc_len: u8,
    /// Bytes of each buffer of a descriptor.
    rxbuf_sizes: [u32; 4],
    /// Bytes of all of them.
    rx_desc_buf_size: u32,
    /// The EEPROM.
    eeprom: [u16; 64],
    /// Registers of the PHY, in pages.
    phy: [[u16; 32]; 7],
    /// Registers of the card.
    mac: Box<[u32; 0x8000]>,
    /// The MAC address that a reset restores.
    permanent_mac: [u8; 6],
    /// Interrupt causes that wait for a timer.
    delayed_causes: u32,
    #[vmstate(name = "subsys", with = Property)]
    subsys: u16,
    #[vmstate(name = "subsys_ven", with = Property, default = 0x8086)]
    subsys_ven: u16,
    /// Receive packet delay.
    rdtr: E1000IntrDelayTimer,
    /// Receive absolute delay.
    radv: E1000IntrDelayTimer,
    /// Receive small packet delay.
    raid: E1000IntrDelayTimer,
    /// Transmit absolute delay.
    tadv: E1000IntrDelayTimer,
    /// Transmit packet delay.
    tidv: E1000IntrDelayTimer,
    /// Interrupt throttling.
    itr: E1000IntrDelayTimer,
    /// QEMU 7.2 still sent whether a throttled interrupt is pending; the table changed without a new version.
    #[vmstate(skip)]
    sends_pending: bool,
    /// The bytes are still there.
    #[vmstate(skip, default = true)]
    skips_pending: bool,
    /// An interrupt waits for `itr`.
    #[vmstate(exists = sends_pending)]
    itr_intr_pending: bool,
    /// Was `itr_intr_pending`.
    #[vmstate(exists = skips_pending)]
    was_itr_intr_pending: Unused<1>,
    /// Throttling of each vector.
    eitr: [E1000IntrDelayTimer; MSIX_VECTORS],
    /// An interrupt waits for its `eitr`.
    #[vmstate(exists = sends_pending, compressed)]
    eitr_intr_pending: [bool; MSIX_VECTORS],
    /// Was `eitr_intr_pending`.
    #[vmstate(exists = skips_pending)]
    was_eitr_intr_pending: Unused<MSIX_VECTORS>,
    /// `itr` as the guest wrote it.
    itr_guest_value: u32,
    /// `eitr` as the guest wrote it.
    eitr_guest_value: [u32; MSIX_VECTORS],
    /// VLAN type.
    vet: u16,
    /// Transmit queues.
    tx: [E1000eTx; 2],
    /// Machine types from 8.0 on migrate the time adjustment (`migrate-timadj`).
    #[vmstate(skip, default = true)]
    migrates_timadj: bool,
    /// The time adjustment.
    #[vmstate(exists = migrates_timadj)]
    timadj: i64,
}

impl E1000e {
    /// On machine types up to 7.2.
    pub(crate) fn without_timadj() -> Self {
        Self {
            migrates_timadj: false,
            ..Self::default()
        }
    }
}

/// A timer that delays an interrupt.
#[derive(Default, VmState)]
#[vmstate(name = "e1000e-intr-timer", version = 1)]
struct E1000IntrDelayTimer {
    /// When it fires.
    timer: Timer,
    /// Whether it runs.
    running: bool,
}

/// The packet that a transmit queue puts together.
#[derive(Default, VmState)]
#[vmstate(name = "e1000e-tx", version = 1, prefix = "props.")]
struct E1000eTx {
    /// Which checksums it asks for.
    #[vmstate(name = "sum_needed")]
    sum_needed: u8,
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
    /// Bytes of headers.
    hdr_len: u8,
    /// Bytes of a segment.
    mss: u16,
    /// Bytes of payload.
    paylen: u32,
    /// Whether the packet is IPv4.
    ip: i8,
    /// Whether it is TCP.
    tcp: i8,
    /// Whether the context asks for segmentation.
    tse: bool,
    /// Whether the packet does.
    #[vmstate(name = "cptse")]
    cptse: bool,
    /// Whether the rest of the packet is skipped.
    #[vmstate(name = "skip_cp")]
    skip_cp: bool,
}

/// A property of the device. `e1000e_post_load` compares it with the destination's, which the table does not tell:
/// that would be `equal`, and a type name of its own.
enum Property {}

impl Codec<u16> for Property {
    const MIN_SIZE: usize = 2;

    fn shape() -> Shape {
        <Scalar as Codec<u16>>::shape()
    }

    fn save(value: &mut u16, writer: &mut Writer) -> Result<()> {
        Scalar::save(value, writer)
    }

    fn load(value: &mut u16, loader: &mut Loader<'_>) -> Result<()> {
        let (at, local) = (loader.offset(), *value);
        Scalar::load(value, loader)?;
        let incoming = *value;
        loader.expect(at, incoming == local, || {
            format!("the device's property is {local:#06x}, and the stream has {incoming:#06x}")
        })
    }

    fn describe(value: &mut u16, describer: &mut Describer) -> Result<()> {
        Scalar::describe(value, describer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::ErrorKind;

    #[test]
    fn the_subsystem_is_a_property_of_the_destination() {
        let mut other = E1000e {
            subsys: 0x1234,
            ..E1000e::default()
        };
        let bytes = vmsd_schema::save(&mut other, 1).unwrap();
        let refused = vmsd_schema::load(&mut E1000e::default(), &bytes, 1).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Mismatch);
        assert!(refused.to_string().contains("0x1234"), "{refused}");
        vmsd_schema::load(&mut other, &bytes, 1).unwrap();
    }
}
