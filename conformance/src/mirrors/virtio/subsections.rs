//! What not every virtio device has: the description `virtio`, which has no fields.

use vmsd_schema::schema::Shape;
use vmsd_schema::vmstate::{subsection_name, Describer};
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Field, Loader, Result, VmState};

use super::mmio::VirtioMmioExtra;
use super::pci::VirtioPciExtra;

/// All of them, in their order.
#[derive(Default, VmState)]
#[vmstate(name = "virtio", version = 1)]
pub(super) struct Subsections {
    #[vmstate(subsection)]
    device_endian: Option<DeviceEndian>,
    /// Since 11.0.
    #[vmstate(subsection)]
    features128: Option<Features128>,
    #[vmstate(subsection)]
    features64: Option<Features64>,
    #[vmstate(subsection)]
    virtqueues: Option<Virtqueues>,
    #[vmstate(subsection)]
    ringsize: Option<Ringsize>,
    #[vmstate(subsection)]
    broken: Option<Broken>,
    #[vmstate(subsection)]
    extra_state: Option<ExtraState>,
    #[vmstate(subsection)]
    started: Option<Started>,
    #[vmstate(subsection)]
    packed_virtqueues: Option<PackedVirtqueues>,
    #[vmstate(subsection)]
    disabled: Option<Disabled>,
}

impl Subsections {
    /// Features that the driver accepted, as far as bits above 31 are sent.
    pub(super) fn features(&self) -> u64 {
        self.features64
            .as_ref()
            .map_or(0, |features| features.guest_features)
    }

    /// The driver's byte order, where it is not the target's.
    pub(super) fn is_big_endian(&self) -> Option<bool> {
        let endian = self.device_endian.as_ref()?;
        Some(endian.device_endian == BIG)
    }
}

/// `VIRTIO_DEVICE_ENDIAN_BIG`.
const BIG: u8 = 2;

/// The driver's byte order is not that of the target.
#[derive(Default, VmState)]
#[vmstate(name = "virtio/device_endian", version = 1)]
struct DeviceEndian {
    /// 1 is little, 2 is big.
    device_endian: u8,
}

/// The device has features above bit 63.
#[derive(Default, VmState)]
#[vmstate(name = "virtio/128bit_features", version = 1)]
struct Features128 {
    /// What the driver accepted of them.
    #[vmstate(name = "guest_features_ex[1]")]
    guest_features_ex: u64,
}

/// The device has features above bit 31.
#[derive(Default, VmState)]
#[vmstate(name = "virtio/64bit_features", version = 1)]
struct Features64 {
    /// What the driver accepted.
    guest_features: u64,
}

/// The device may be modern: its rings may lie anywhere. All queues that a device can have, used or not.
#[derive(VmState)]
#[vmstate(name = "virtio/virtqueues", version = 1, default)]
struct Virtqueues {
    /// By number.
    vq: Box<[VirtqueueState; 1024]>,
}

/// Rings.
#[derive(Default, VmState)]
#[vmstate(name = "virtqueue_state", version = 1, prefix = "vring.")]
struct VirtqueueState {
    /// Where the driver's is.
    avail: u64,
    /// Where the device's is.
    used: u64,
}

/// The driver made a queue smaller.
#[derive(VmState)]
#[vmstate(name = "virtio/ringsize", version = 1, default)]
struct Ringsize {
    /// By number.
    vq: Box<[RingsizeState; 1024]>,
}

/// A queue's size.
#[derive(Default, VmState)]
#[vmstate(name = "ringsize_state", version = 1, prefix = "vring.")]
struct RingsizeState {
    /// Entries that the device offers. QEMU 11.1 writes zeros.
    num_default: u32,
}

/// The driver broke the rules and the device waits for its reset.
#[derive(Default, VmState)]
#[vmstate(name = "virtio/broken", version = 1)]
struct Broken {
    broken: bool,
}

/// The driver has the device at work, though its status may not say so.
#[derive(Default, VmState)]
#[vmstate(name = "virtio/started", version = 1)]
struct Started {
    started: bool,
}

/// The device may have packed rings.
#[derive(VmState)]
#[vmstate(name = "virtio/packed_virtqueues", version = 1, default)]
struct PackedVirtqueues {
    /// By number.
    vq: Box<[PackedVirtqueueState; 1024]>,
}

/// A packed ring.
#[derive(Default, VmState)]
#[vmstate(name = "packed_virtqueue_state", version = 1)]
struct PackedVirtqueueState {
    /// The next entry that the device takes.
    last_avail_idx: u16,
    /// Whether the driver's turn through the ring is an odd one.
    last_avail_wrap_counter: bool,
    /// The next entry that the device returns.
    used_idx: u16,
    /// Whether the device's turn is an odd one.
    used_wrap_counter: bool,
    /// Entries in between.
    inuse: u32,
}

/// A failover has switched the device off.
#[derive(Default, VmState)]
#[vmstate(name = "virtio/disabled", version = 1)]
struct Disabled {
    disabled: bool,
}

/// What the bus adds.
#[derive(Default, VmState)]
#[vmstate(name = "virtio/extra_state", version = 1)]
struct ExtraState {
    extra_state: BusState,
}

/// A description without a name on the wire: its subsection tells whose it is.
enum BusState {
    Pci(VirtioPciExtra),
    Mmio(VirtioMmioExtra),
}

impl Default for BusState {
    fn default() -> Self {
        Self::Pci(VirtioPciExtra::default())
    }
}

impl Field for BusState {
    type Codec = BusStateCodec;
}

/// `virtqueue_extra_state`.
enum BusStateCodec {}

impl Codec<BusState> for BusStateCodec {
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value("virtqueue_extra_state")
    }

    fn save(value: &mut BusState, writer: &mut Writer) -> Result<()> {
        match value {
            BusState::Pci(state) => state.save(writer, VirtioPciExtra::VERSION),
            BusState::Mmio(state) => state.save(writer, VirtioMmioExtra::VERSION),
        }
    }

    fn load(value: &mut BusState, loader: &mut Loader<'_>) -> Result<()> {
        if subsection_name(loader, VirtioMmioExtra::NAME).is_some() {
            *value = BusState::Mmio(VirtioMmioExtra::default());
        }
        match value {
            BusState::Pci(state) => loader.nested(state, VirtioPciExtra::VERSION),
            BusState::Mmio(state) => loader.nested(state, VirtioMmioExtra::VERSION),
        }
    }

    fn describe(value: &mut BusState, describer: &mut Describer) -> Result<()> {
        match value {
            BusState::Pci(state) => describer.explained("virtqueue_extra_state", state),
            BusState::Mmio(state) => describer.explained("virtqueue_extra_state", state),
        }
    }
}
