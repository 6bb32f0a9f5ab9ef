//! virtio devices: what `virtio_load` reads of every one behind its transport's part, and virtio-net's own.

use vmsd_schema::VmState;

/// `VIRTIO_QUEUE_MAX`
const QUEUES: usize = 1024;

#[derive(Default, VmState)]
#[vmstate(name = "virtqueue", version = 1)]
pub(super) struct Queue {
    #[vmstate(name = "vring.num")]
    num: u32,
    #[vmstate(name = "vring.desc")]
    desc: u64,
    last_avail_idx: u16,
}

/// virtio-rng has a queue and a configuration of nothing; this one has four bytes.
#[derive(VmState)]
#[vmstate(name = "virtio-rng", version = 1, default)]
pub(super) struct Virtio {
    status: u8,
    isr: u8,
    #[vmstate(max = QUEUES - 1)]
    queue_sel: u16,
    guest_features: u32,
    config_len: u32,
    #[vmstate(buffer, len = config_len)]
    config: [u8; 4],
    num_queues: u32,
    #[vmstate(len = num_queues)]
    vq: Box<[Queue; QUEUES]>,
}

/// `MAC_TABLE_ENTRIES`
const MACS: usize = 64;
const MAC: usize = 6;

/// As far as the number of queues: the state of the second queue and those behind it comes last.
#[derive(VmState)]
#[vmstate(name = "virtio-net-device", version = 11, default)]
pub(super) struct Net {
    mac: [u8; MAC],
    vqs: Box<TxWaiting>,
    mergeable_rx_bufs: u32,
    status: u16,
    promisc: u8,
    allmulti: u8,
    #[vmstate(name = "mac_table.in_use", max = MACS)]
    in_use: u32,
    #[vmstate(name = "mac_table.macs", buffer, len = in_use * 6)]
    macs: [u8; MACS * MAC],
    #[vmstate(buffer)]
    vlans: Box<[u8; 512]>,
    has_vnet_hdr: u32,
    #[vmstate(name = "mac_table.multi_overflow")]
    multi_overflow: u8,
    #[vmstate(name = "mac_table.uni_overflow")]
    uni_overflow: u8,
    alluni: u8,
    nomulti: u8,
    nouni: u8,
    nobcast: u8,
    has_ufo: u8,
    #[vmstate(equal, default = 4)]
    max_queue_pairs: u16,
    #[vmstate(max = self.max_queue_pairs)]
    curr_queue_pairs: u16,
}

#[derive(Default, VmState)]
#[vmstate(name = "virtio-net-queue-tx_waiting", version = 0)]
pub(super) struct TxWaiting {
    tx_waiting: u32,
}
