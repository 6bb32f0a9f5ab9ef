//! Virtio over memory-mapped registers (hw/virtio/virtio-mmio.c).

use crate::VmState;

/// Registers of a legacy device (`virtio_mmio_save_config`): no description in QEMU, the names are those of its struct.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-mmio", version = 1)]
pub struct VirtioMmio {
    /// Which features of the device are shown.
    pub host_features_sel: u32,
    /// Which features of the driver are shown.
    pub guest_features_sel: u32,
    /// Bits of a page, in which a queue's place is written.
    pub guest_page_shift: u32,
}

/// The bus's own subsection (`virtio_mmio_save_extra_state`); nothing but subsections.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio_mmio", version = 1)]
pub struct VirtioMmioExtra {
    #[vmstate(subsection)]
    pub state: Option<MmioState>,
}

/// Registers of a modern device.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio_mmio/state", version = 1, default)]
pub struct MmioState {
    /// Features as the driver wrote them.
    pub guest_features: [u32; 2],
    /// Queues as the driver wrote them.
    pub vqs: Box<[MmioQueueState; 1024]>,
}

/// A queue.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio_mmio/queue_state", version = 1)]
pub struct MmioQueueState {
    /// Its entries.
    pub num: u16,
    /// Whether it is in use.
    pub enabled: bool,
    /// Where its descriptors are: the lower half, the upper half.
    pub desc: [u32; 2],
    /// Where the driver's ring is.
    pub avail: [u32; 2],
    /// Where the device's ring is.
    pub used: [u32; 2],
}
