//! The part of `virtio-net` (hw/net/virtio-net.c): a network card.

use super::net_pairs::{NetQueue, Pairs};
use crate::codec::virtio::{ConfigField, DevicePart};
use crate::codec::{BackEnd, NetBackEnd};
use crate::VmState;

/// MAC addresses that the card filters by itself (`MAC_TABLE_ENTRIES`).
const MAC_TABLE_ENTRIES: u32 = 64;

/// The card's own part.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-net-device", version = 11, default)]
pub struct Net {
    /// Its address.
    pub mac: [u8; 6],
    /// The first pair of queues.
    pub vqs: NetQueue,
    /// Whether a packet may take several buffers.
    pub mergeable_rx_bufs: u32,
    /// Whether the link is up.
    pub status: u16,
    /// Whether it receives everything.
    pub promisc: u8,
    /// Whether it receives all multicasts.
    pub allmulti: u8,
    /// Addresses in the filter: more than the table has were CVE-2013-4148 and CVE-2013-4149.
    #[vmstate(name = "mac_table.in_use", max = MAC_TABLE_ENTRIES)]
    pub mac_table_in_use: u32,
    /// The filter.
    #[vmstate(name = "mac_table.macs", buffer, len = mac_table_in_use * 6)]
    pub mac_table_macs: Vec<u8>,
    /// A bit for each VLAN that it receives.
    #[vmstate(buffer)]
    pub vlans: Box<[u8; 512]>,
    /// What the host must be able to do.
    #[vmstate(tmp)]
    pub vnet: Vnet,
    /// Whether the filter holds too few multicast addresses.
    #[vmstate(name = "mac_table.multi_overflow")]
    pub mac_table_multi_overflow: u8,
    /// Whether it holds too few others.
    #[vmstate(name = "mac_table.uni_overflow")]
    pub mac_table_uni_overflow: u8,
    /// Whether it receives everything for one receiver.
    pub alluni: u8,
    /// Whether it receives no multicasts.
    pub nomulti: u8,
    /// Whether it receives nothing for one receiver.
    pub nouni: u8,
    /// Whether it receives no broadcasts.
    pub nobcast: u8,
    /// The same.
    #[vmstate(tmp)]
    pub ufo: Ufo,
    /// The other pairs of queues.
    #[vmstate(name = "pairs")]
    pub pairs: Pairs,
    /// Whether the driver accepted that.
    #[vmstate(skip)]
    pub has_ctrl_guest_offloads: bool,
    /// Work that the card leaves to the guest, if the driver chooses.
    #[vmstate(exists = has_ctrl_guest_offloads)]
    pub curr_guest_offloads: u64,
    /// Packets are spread over the queues.
    #[vmstate(subsection)]
    pub rss: Option<Rss>,
    /// The card is another process.
    #[vmstate(subsection)]
    pub backend: Option<NetBackEndState>,
}

impl Net {
    /// Of a card of up to `max` pairs of queues, which the stream does not tell.
    #[must_use]
    pub fn with_pairs(max: u16) -> Self {
        Self {
            pairs: Pairs::up_to(max),
            ..Self::default()
        }
    }
}

impl DevicePart for Net {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[
        ConfigField::bytes("mac", 6),
        ConfigField::number("status", 2),
        ConfigField::number("max_virtqueue_pairs", 2),
        ConfigField::number("mtu", 2),
        ConfigField::number("speed", 4),
        ConfigField::number("duplex", 1),
        ConfigField::number("rss_max_key_size", 1),
        ConfigField::number("rss_max_indirection_table_length", 2),
        ConfigField::number("supported_hash_types", 4),
    ]);

    fn adopt(&mut self, guest_features: u32, _queues: usize) {
        const CTRL_GUEST_OFFLOADS: u32 = 1 << 2;
        self.has_ctrl_guest_offloads = guest_features & CTRL_GUEST_OFFLOADS != 0;
    }

    fn forms() -> Vec<Self> {
        vec![Self::default(), Self::with_pairs(2)]
    }
}

/// What the host's side must be able to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-net-vnet", version = 0)]
pub struct Vnet {
    /// Whether packets carry a header.
    pub has_vnet_hdr: u32,
}

/// What the host's side must be able to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-net-ufo", version = 0)]
pub struct Ufo {
    /// Whether it cuts UDP packets.
    pub has_ufo: u8,
}

/// What another process keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-net-device/backend", version = 0)]
pub struct NetBackEndState {
    /// Its bytes.
    #[vmstate(with = BackEnd<NetBackEnd>)]
    pub backend: Vec<Vec<u8>>,
}

/// Packets are spread over the queues by a hash.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(
    name = "virtio-net-device/rss",
    version = 2,
    minimum_version = 1,
    prefix = "rss_data.",
    default
)]
pub struct Rss {
    /// Whether they are.
    pub enabled: bool,
    /// Whether the hash chooses the queue.
    pub redirect: bool,
    /// Whether it is written in front of the packet.
    pub populate_hash: bool,
    /// What is hashed.
    #[vmstate(renamed(Qemu11_1 = "rss_data.runtime_hash_types"))]
    pub hash_types: u32,
    /// What the card can hash.
    #[vmstate(since = 2)]
    pub supported_hash_types: u32,
    /// Entries of the table.
    #[vmstate(validate = Self::is_a_table)]
    pub indirections_len: u16,
    /// The queue of what has no hash.
    pub default_queue: u16,
    /// The key.
    pub key: [u8; 40],
    /// Queues by hash.
    #[vmstate(len = indirections_len)]
    pub indirections_table: Vec<u16>,
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
    use crate::ErrorKind;

    /// Of a card with two pairs: what stands where the filter's count and the pairs are is given.
    fn load(in_use: u32, max: u16, current: u16) -> crate::Result<()> {
        let mut net = Net {
            pairs: Pairs::up_to(2),
            ..Net::default()
        };
        let mut bytes = crate::save(&mut net, 11)?;
        bytes[18..22].copy_from_slice(&in_use.to_be_bytes());
        let pairs = bytes.len() - 4;
        bytes[pairs..pairs + 2].copy_from_slice(&max.to_be_bytes());
        bytes[pairs + 2..].copy_from_slice(&current.to_be_bytes());
        bytes.resize(bytes.len() + 4 * usize::from(current.saturating_sub(1)), 0);
        crate::load(&mut net, &bytes, 11)
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
