//! `virtio-net` (hw/net/virtio-net.c): a network card.

use vmsd_schema::codec::virtio::{Bus, Net};
use vmsd_schema::codec::{Virtio, VirtioDevice};
use vmsd_schema::VmState;

/// The card.
#[derive(VmState)]
#[vmstate(name = "virtio-net", version = 11)]
pub(crate) struct VirtioNet {
    #[vmstate(with = Virtio)]
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
        Self {
            virtio: VirtioDevice::behind(bus, Net::with_pairs(max)),
        }
    }
}
