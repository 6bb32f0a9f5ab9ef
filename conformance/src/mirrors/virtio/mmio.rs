//! Virtio over memory-mapped registers (hw/virtio/virtio-mmio.c).

use vmsd_schema::VmState;

/// Registers of a legacy device (`virtio_mmio_save_config`): no description in QEMU, the names are those of its struct.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-mmio", version = 1)]
pub(crate) struct VirtioMmio {
    /// Which features of the device are shown.
    host_features_sel: u32,
    /// Which features of the driver are shown.
    guest_features_sel: u32,
    /// Bits of a page, in which a queue's place is written.
    guest_page_shift: u32,
}

/// The bus's own subsection (`virtio_mmio_save_extra_state`); nothing but subsections.
#[derive(Default, VmState)]
#[vmstate(name = "virtio_mmio", version = 1)]
pub(super) struct VirtioMmioExtra {
    #[vmstate(subsection)]
    state: Option<MmioState>,
}

/// Registers of a modern device.
#[derive(VmState)]
#[vmstate(name = "virtio_mmio/state", version = 1, default)]
struct MmioState {
    /// Features as the driver wrote them.
    guest_features: [u32; 2],
    /// Queues as the driver wrote them.
    vqs: Box<[MmioQueueState; 1024]>,
}

/// A queue.
#[derive(Default, VmState)]
#[vmstate(name = "virtio_mmio/queue_state", version = 1)]
struct MmioQueueState {
    /// Its entries.
    num: u16,
    /// Whether it is in use.
    enabled: bool,
    /// Where its descriptors are: the lower half, the upper half.
    desc: [u32; 2],
    /// Where the driver's ring is.
    avail: [u32; 2],
    /// Where the device's ring is.
    used: [u32; 2],
}
