//! A queue of a virtio device, as `virtio_save` writes it by hand.

use vmsd_schema::VmState;

use super::bus::{Bus, NO_VECTOR};

/// A queue. Where the rings of a modern device are stands in a subsection.
#[derive(Clone, Default, VmState)]
#[vmstate(name = "virtqueue", version = 1)]
pub(super) struct VirtQueue {
    /// Whether the bus lets the guest choose an alignment.
    #[vmstate(skip)]
    has_align: bool,
    /// Whether the bus has vectors.
    #[vmstate(skip)]
    has_vector: bool,
    /// How many.
    #[vmstate(skip)]
    vectors: u16,
    /// Entries.
    num: u32,
    /// Alignment of the rings of a legacy device.
    #[vmstate(exists = has_align)]
    align: u32,
    /// Where the descriptors are.
    desc: u64,
    /// The next entry that the device takes.
    #[vmstate(validate = Self::is_inside_a_ring)]
    last_avail_idx: u16,
    /// The vector of its interrupts.
    #[vmstate(exists = has_vector, validate = Self::is_a_vector)]
    vector: u16,
}

impl VirtQueue {
    /// A queue of a device behind `bus`.
    pub(super) fn of(bus: &Bus) -> Self {
        let vectors = bus.vectors();
        Self {
            has_align: bus.aligns_queues(),
            has_vector: vectors.is_some(),
            vectors: vectors.unwrap_or(0),
            ..Self::default()
        }
    }

    /// "VQ address 0x0 inconsistent with Host index".
    fn is_inside_a_ring(&self, _version: u32) -> bool {
        self.desc != 0 || self.last_avail_idx == 0
    }

    fn is_a_vector(&self, _version: u32) -> bool {
        self.vector == NO_VECTOR || self.vector < self.vectors
    }
}
