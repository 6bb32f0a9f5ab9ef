//! A queue of a virtio device, as `virtio_save` writes it by hand.

use crate::VmState;

use super::bus::{Bus, NO_VECTOR};

/// A queue. Where the rings of a modern device are stands in a subsection.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtqueue", version = 1)]
pub struct VirtQueue {
    /// Whether the bus lets the guest choose an alignment.
    #[vmstate(skip)]
    pub has_align: bool,
    /// Whether the bus has vectors.
    #[vmstate(skip)]
    pub has_vector: bool,
    /// How many.
    #[vmstate(skip)]
    pub vectors: u16,
    /// Entries.
    pub num: u32,
    /// Alignment of the rings of a legacy device.
    #[vmstate(exists = has_align)]
    pub align: u32,
    /// Where the descriptors are.
    pub desc: u64,
    /// The next entry that the device takes.
    #[vmstate(validate = Self::is_inside_a_ring)]
    pub last_avail_idx: u16,
    /// The vector of its interrupts.
    #[vmstate(exists = has_vector, validate = Self::is_a_vector)]
    pub vector: u16,
}

impl VirtQueue {
    /// A queue of a device behind `bus`.
    pub fn of(bus: &Bus) -> Self {
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
