//! What not every virtio device has: the description `virtio`, which has no fields.

use crate::schema::Shape;
use crate::vmstate::{subsection_name, Describer};
use crate::wire::Writer;
use crate::{Codec, Field, Loader, Result, VmState};

use super::mmio::VirtioMmioExtra;
use super::pci::VirtioPciExtra;

/// All of them, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio", version = 1)]
pub struct Subsections {
    /// The driver's byte order.
    #[vmstate(subsection)]
    pub device_endian: Option<DeviceEndian>,
    /// Since 11.0.
    #[vmstate(subsection)]
    pub features128: Option<Features128>,
    /// Features from bit 32 on.
    #[vmstate(subsection)]
    pub features64: Option<Features64>,
    /// Where the rings are.
    #[vmstate(subsection)]
    pub virtqueues: Option<Virtqueues>,
    /// Queues that the driver made smaller.
    #[vmstate(subsection)]
    pub ringsize: Option<Ringsize>,
    /// Whether the driver broke the rules.
    #[vmstate(subsection)]
    pub broken: Option<Broken>,
    /// What the bus adds.
    #[vmstate(subsection)]
    pub extra_state: Option<ExtraState>,
    /// Whether the driver has the device at work.
    #[vmstate(subsection)]
    pub started: Option<Started>,
    /// Packed rings.
    #[vmstate(subsection)]
    pub packed_virtqueues: Option<PackedVirtqueues>,
    /// Whether a failover has switched the device off.
    #[vmstate(subsection)]
    pub disabled: Option<Disabled>,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/device_endian", version = 1)]
pub struct DeviceEndian {
    /// 1 is little, 2 is big.
    pub device_endian: u8,
}

/// The device has features above bit 63.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/128bit_features", version = 1)]
pub struct Features128 {
    /// What the driver accepted of them.
    #[vmstate(name = "guest_features_ex[1]")]
    pub guest_features_ex: u64,
}

/// The device has features above bit 31.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/64bit_features", version = 1)]
pub struct Features64 {
    /// What the driver accepted.
    pub guest_features: u64,
}

/// The device may be modern: its rings may lie anywhere. All queues that a device can have, used or not.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/virtqueues", version = 1, default)]
pub struct Virtqueues {
    /// By number.
    pub vq: Box<[VirtqueueState; 1024]>,
}

/// Rings.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtqueue_state", version = 1, prefix = "vring.")]
pub struct VirtqueueState {
    /// Where the driver's is.
    pub avail: u64,
    /// Where the device's is.
    pub used: u64,
}

/// The driver made a queue smaller.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/ringsize", version = 1, default)]
pub struct Ringsize {
    /// By number.
    pub vq: Box<[RingsizeState; 1024]>,
}

/// A queue's size.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "ringsize_state", version = 1, prefix = "vring.")]
pub struct RingsizeState {
    /// Entries that the device offers. QEMU 11.1 writes zeros.
    pub num_default: u32,
}

/// The driver broke the rules and the device waits for its reset.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/broken", version = 1)]
pub struct Broken {
    pub broken: bool,
}

/// The driver has the device at work, though its status may not say so.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/started", version = 1)]
pub struct Started {
    pub started: bool,
}

/// The device may have packed rings.
#[derive(Clone, Debug, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/packed_virtqueues", version = 1, default)]
pub struct PackedVirtqueues {
    /// By number.
    pub vq: Box<[PackedVirtqueueState; 1024]>,
}

/// A packed ring.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "packed_virtqueue_state", version = 1)]
pub struct PackedVirtqueueState {
    /// The next entry that the device takes.
    pub last_avail_idx: u16,
    /// Whether the driver's turn through the ring is an odd one.
    pub last_avail_wrap_counter: bool,
    /// The next entry that the device returns.
    pub used_idx: u16,
    /// Whether the device's turn is an odd one.
    pub used_wrap_counter: bool,
    /// Entries in between.
    pub inuse: u32,
}

/// A failover has switched the device off.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/disabled", version = 1)]
pub struct Disabled {
    pub disabled: bool,
}

/// What the bus adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio/extra_state", version = 1)]
pub struct ExtraState {
    pub extra_state: BusState,
}

/// A description without a name on the wire: its subsection tells whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BusState {
    /// PCI.
    Pci(VirtioPciExtra),
    /// Memory-mapped registers.
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
#[derive(Debug)]
pub enum BusStateCodec {}

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
