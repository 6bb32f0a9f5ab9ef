//! `virtio-net` (hw/net/virtio-net.c): a network card.

mod pairs;

use vmsd_schema::VmState;

use self::pairs::{NetQueue, Pairs};
use super::virtio::{Blob, Bus, ConfigField, DevicePart, VirtioDevice};

/// The card.
#[derive(VmState)]
#[vmstate(name = "virtio-net", version = 11)]
pub(crate) struct VirtioNet {
    #[vmstate(with = Blob)]
    virtio: VirtioDevice<Net>,
}

impl Default for VirtioNet {
    fn default() -> Self {
        Self::behind(Bus::default())
    }
}

impl VirtioNet {
    /// A card of one pair of queues.
    pub(crate) fn behind(bus: Bus) -> Self {
        Self {
            virtio: VirtioDevice::behind(bus, Net::default()),
        }
    }

    /// A card of up to `max` pairs of queues, which the stream does not tell.
    pub(crate) fn with_pairs(bus: Bus, max: u16) -> Self {
        let net = Net {
            pairs: Pairs::up_to(max),
            ..Net::default()
        };
        Self {
            virtio: VirtioDevice::behind(bus, net),
        }
    }
}

/// MAC addresses that the card filters by itself (`MAC_TABLE_ENTRIES`).
const MAC_TABLE_ENTRIES: u32 = 64;

/// The card's own part.
#[derive(VmState)]
#[vmstate(name = "virtio-net-device", version = 11, default)]
struct Net {
    /// Its address.
    mac: [u8; 6],
    /// The first pair of queues.
    vqs: NetQueue,
    /// Whether a packet may take several buffers.
    mergeable_rx_bufs: u32,
    /// Whether the link is up.
    status: u16,
    /// Whether it receives everything.
    promisc: u8,
    /// Whether it receives all multicasts.
    allmulti: u8,
    /// Addresses in the filter: more than the table has were CVE-2013-4148 and CVE-2013-4149.
    #[vmstate(name = "mac_table.in_use", max = MAC_TABLE_ENTRIES)]
    mac_table_in_use: u32,
    /// The filter.
    #[vmstate(name = "mac_table.macs", buffer, len = mac_table_in_use * 6)]
    mac_table_macs: Vec<u8>,
    /// A bit for each VLAN that it receives.
    #[vmstate(buffer)]
    vlans: Box<[u8; 512]>,
    #[vmstate(tmp)]
    vnet: Vnet,
    /// Whether the filter holds too few multicast addresses.
    #[vmstate(name = "mac_table.multi_overflow")]
    mac_table_multi_overflow: u8,
    /// Whether it holds too few others.
    #[vmstate(name = "mac_table.uni_overflow")]
    mac_table_uni_overflow: u8,
    /// Whether it receives everything for one receiver.
    alluni: u8,
    /// Whether it receives no multicasts.
    nomulti: u8,
    /// Whether it receives nothing for one receiver.
    nouni: u8,
    /// Whether it receives no broadcasts.
    nobcast: u8,
    #[vmstate(tmp)]
    ufo: Ufo,
    /// The other pairs of queues.
    #[vmstate(name = "pairs")]
    pairs: Pairs,
    #[vmstate(skip)]
    has_ctrl_guest_offloads: bool,
    /// Work that the card leaves to the guest, if the driver chooses.
    #[vmstate(exists = has_ctrl_guest_offloads)]
    curr_guest_offloads: u64,
    #[vmstate(subsection)]
    rss: Option<Rss>,
}

impl DevicePart for Net {
    const CONFIG: &'static [ConfigField] = &[
        ConfigField::bytes("mac", 6),
        ConfigField::number("status", 2),
        ConfigField::number("max_virtqueue_pairs", 2),
        ConfigField::number("mtu", 2),
        ConfigField::number("speed", 4),
        ConfigField::number("duplex", 1),
        ConfigField::number("rss_max_key_size", 1),
        ConfigField::number("rss_max_indirection_table_length", 2),
        ConfigField::number("supported_hash_types", 4),
    ];

    fn adopt(&mut self, guest_features: u32, _queues: usize) {
        const CTRL_GUEST_OFFLOADS: u32 = 1 << 2;
        self.has_ctrl_guest_offloads = guest_features & CTRL_GUEST_OFFLOADS != 0;
    }
}

/// What the host's side must be able to do.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-net-vnet", version = 0)]
struct Vnet {
    /// Whether packets carry a header.
    has_vnet_hdr: u32,
}

/// What the host's side must be able to do.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-net-ufo", version = 0)]
struct Ufo {
    /// Whether it cuts UDP packets.
    has_ufo: u8,
}

/// Packets are spread over the queues by a hash.
#[derive(VmState)]
#[vmstate(
    name = "virtio-net-device/rss",
    version = 2,
    minimum_version = 1,
    prefix = "rss_data.",
    default
)]
struct Rss {
    /// Whether they are.
    enabled: bool,
    /// Whether the hash chooses the queue.
    redirect: bool,
    /// Whether it is written in front of the packet.
    populate_hash: bool,
    /// What is hashed.
    #[vmstate(renamed(Qemu11_1 = "rss_data.runtime_hash_types"))]
    hash_types: u32,
    /// What the card can hash.
    #[vmstate(since = 2)]
    supported_hash_types: u32,
    /// Entries of the table.
    #[vmstate(validate = Self::is_a_table)]
    indirections_len: u16,
    /// The queue of what has no hash.
    default_queue: u16,
    /// The key.
    key: [u8; 40],
    /// Queues by hash.
    #[vmstate(len = indirections_len)]
    indirections_table: Vec<u16>,
}

impl Rss {
    /// `virtio_net_rss_indirections_len_valid`: a power of two up to 128.
    fn is_a_table(&self, _version: u32) -> bool {
        self.indirections_len.is_power_of_two() && self.indirections_len <= 128
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use vmsd_schema::ErrorKind;

    /// Of a card with two pairs: what stands where the filter's count and the pairs are is given.
    fn load(in_use: u32, max: u16, current: u16) -> vmsd_schema::Result<()> {
        let mut net = Net {
            pairs: Pairs::up_to(2),
            ..Net::default()
        };
        let mut bytes = vmsd_schema::save(&mut net, 11)?;
        bytes[18..22].copy_from_slice(&in_use.to_be_bytes());
        let pairs = bytes.len() - 4;
        bytes[pairs..pairs + 2].copy_from_slice(&max.to_be_bytes());
        bytes[pairs + 2..].copy_from_slice(&current.to_be_bytes());
        bytes.resize(bytes.len() + 4 * usize::from(current.saturating_sub(1)), 0);
        vmsd_schema::load(&mut net, &bytes, 11)
    }

    #[test]
    fn cve_2013_4148_and_4149_a_filter_larger_than_the_table() {
        load(0, 2, 2).unwrap();
        let error = load(65, 2, 1).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bound);
        assert!(
            error
                .to_string()
                .contains("`mac_table.in_use` is 65, above its bound 64"),
            "{error}"
        );
        let error = load(u32::MAX, 2, 1).unwrap_err();
        assert!(error.to_string().contains("is 4294967295"), "{error}");
    }

    #[test]
    fn cve_2013_4150_more_pairs_than_the_card_has() {
        let error = load(0, 2, 3).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Bound);
        assert!(
            error
                .to_string()
                .contains("`curr_queue_pairs` is 3, above its bound 2"),
            "{error}"
        );
        assert_eq!(load(0, 3, 3).unwrap_err().kind(), ErrorKind::Mismatch);
    }
}
