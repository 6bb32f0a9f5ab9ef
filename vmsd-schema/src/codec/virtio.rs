//! `virtio` (`virtio_save` of hw/virtio/virtio.c): the state of a virtio device behind any bus.
//!
//! QEMU's table has one field of a type of its own, and its description tells no more than that field's size. What
//! stands in it is laid out here: the bus's part, registers, the configuration space, the queues, the device's own part,
//! and the subsections of a description `virtio` that has no fields.

mod bus;
mod ccw;
mod config;
mod device;
mod element;
mod mmio;
mod part;
mod pci;
mod queue;
mod subsections;
#[cfg(test)]
mod tests;

use crate::codec::{Each, Nested, Scalar};
use crate::schema::{Dialect, Schema, Shape};
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{Describer, FieldMeta, Visitor};
use crate::wire::Writer;
use crate::{Codec, Field, Loader, Result, VmState};

pub use bus::Bus;
pub use ccw::VirtioCcwDev;
pub use config::{Config, ConfigField};
pub use device::*;
pub use element::{Element, OldElement, Segment};
pub use mmio::VirtioMmio;
pub use part::DevicePart;
pub use pci::VirtioPci;
pub use queue::VirtQueue;
pub use subsections::Subsections;

/// Queues of a device (`VIRTIO_QUEUE_MAX`).
const QUEUES: u16 = 1024;

/// A device and its bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtioDevice<D> {
    /// How the guest reaches it.
    pub bus: Bus,
    /// How far the driver is.
    pub status: u8,
    /// Interrupts that the driver has not yet read.
    pub isr: u8,
    /// The queue that the legacy registers show. Beyond the last was CVE-2013-6399.
    pub queue_sel: u16,
    /// What the driver accepted: the lowest 32 bits.
    pub guest_features: u32,
    /// The configuration space.
    pub config: Config,
    /// Queues up to the first of no entries. More than a device can have were CVE-2013-4151.
    pub queues: Vec<VirtQueue>,
    /// What only this device has.
    pub device: D,
    /// What not every device has.
    pub subsections: Subsections,
}

static STATUS: FieldMeta = meta("status");
static ISR: FieldMeta = meta("isr");
static QUEUE_SEL: FieldMeta = meta("queue_sel");
static GUEST_FEATURES: FieldMeta = meta("guest_features");
static CONFIG: FieldMeta = meta("config");
static NUM_QUEUES: FieldMeta = meta("num_queues");
static VQ: FieldMeta = meta("vq");

/// A field that is always there.
pub(super) const fn meta(name: &'static str) -> FieldMeta {
    FieldMeta {
        name,
        json_name: name,
        renamed: None::<(Dialect, &'static str)>,
        since: 0,
        conditional: false,
        uncompressed: false,
        range: "",
        max: "",
        validate: "",
    }
}

impl<D: DevicePart> Default for VirtioDevice<D> {
    fn default() -> Self {
        Self::behind(Bus::default(), D::default())
    }
}

impl<D: DevicePart> VirtioDevice<D> {
    /// A device behind `bus`.
    #[must_use]
    pub fn behind(bus: Bus, device: D) -> Self {
        Self {
            bus,
            status: 0,
            isr: 0,
            queue_sel: 0,
            guest_features: 0,
            config: Config::new(D::CONFIG),
            queues: Vec::new(),
            device,
            subsections: Subsections::default(),
        }
    }

    fn visit_queues<V: Visitor>(&mut self, visitor: &mut V) -> Result<()> {
        let mut count = u32::try_from(self.queues.len()).unwrap_or(u32::MAX);
        let at = visitor.mark();
        visitor.field::<u32, Scalar>(&NUM_QUEUES, &mut count)?;
        visitor.max(&NUM_QUEUES, at, count, QUEUES)?;
        if at.is_some() {
            let queue = VirtQueue::of(&self.bus);
            self.queues = (0..count).map(|_| queue.clone()).collect();
        }
        visitor.field::<[VirtQueue], Each<Nested>>(&VQ, &mut self.queues)
    }

    /// Whether the configuration space is big-endian: that of a legacy driver on a big-endian target.
    fn is_big_endian(&self) -> bool {
        let modern = self.subsections.features() & (1 << 32) != 0;
        let default = matches!(self.bus, Bus::Ccw(_));
        !modern && self.subsections.is_big_endian().unwrap_or(default)
    }
}

impl<D: DevicePart> VmState for VirtioDevice<D> {
    const NAME: &'static str = Subsections::NAME;
    const VERSION: u32 = Subsections::VERSION;
    const MINIMUM_VERSION: u32 = Subsections::MINIMUM_VERSION;
    const SUBSECTIONS: &'static [&'static str] = Subsections::SUBSECTIONS;
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 16;

    fn schema() -> Schema {
        let fields = SchemaBuilder::new::<Self>()
            .field::<u8, Scalar>(&STATUS)
            .field::<u8, Scalar>(&ISR)
            .field::<u16, Scalar>(&QUEUE_SEL)
            .field::<u32, Scalar>(&GUEST_FEATURES)
            .field::<Config, Nested>(&CONFIG)
            .field::<u32, Scalar>(&NUM_QUEUES)
            .counted::<Vec<VirtQueue>, Each<Nested>>(&VQ, NUM_QUEUES.name, 1)
            .field::<D, Nested>(&const { meta(D::NAME) });
        Schema {
            subsections: Subsections::schema().subsections,
            ..fields.build()
        }
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        self.bus.visit(visitor)?;
        visitor.field::<u8, Scalar>(&STATUS, &mut self.status)?;
        visitor.field::<u8, Scalar>(&ISR, &mut self.isr)?;
        let at = visitor.mark();
        visitor.field::<u16, Scalar>(&QUEUE_SEL, &mut self.queue_sel)?;
        visitor.max(&QUEUE_SEL, at, self.queue_sel, QUEUES - 1)?;
        visitor.field::<u32, Scalar>(&GUEST_FEATURES, &mut self.guest_features)?;
        self.config.big_endian = self.is_big_endian();
        visitor.field::<Config, Nested>(&CONFIG, &mut self.config)?;
        self.visit_queues(visitor)?;
        if D::SENT {
            self.device.adopt(self.guest_features, self.queues.len());
            visitor.field::<D, Nested>(&const { meta(D::NAME) }, &mut self.device)?;
        }
        Ok(())
    }

    fn visit_subsection<V: Visitor>(&mut self, visitor: &mut V, index: usize) -> Result<()> {
        self.subsections.visit_subsection(visitor, index)
    }
}

impl<D: DevicePart> Field for VirtioDevice<D> {
    type Codec = Nested;
}

/// The field of type `virtio` (`virtio_vmstate_info`).
#[derive(Debug)]
pub enum Virtio {}

impl<D: DevicePart> Codec<VirtioDevice<D>> for Virtio {
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value("virtio")
    }

    fn save(value: &mut VirtioDevice<D>, writer: &mut Writer) -> Result<()> {
        VmState::save(value, writer, VirtioDevice::<D>::VERSION)
    }

    /// Which bus it is and which form the device's own part has is never sent. A reader without a destination, who is
    /// told where the field ends, tries them all.
    fn load(value: &mut VirtioDevice<D>, loader: &mut Loader<'_>) -> Result<()> {
        let Some(size) = loader.described_size() else {
            return loader.nested(value, VirtioDevice::<D>::VERSION);
        };
        let own = std::mem::take(value);
        let buses = Bus::likeliest_first(loader.rest());
        let others = buses.into_iter().flat_map(|bus| {
            let forms = D::forms().into_iter();
            forms.map(move |form| VirtioDevice::behind(bus.clone(), form))
        });
        *value = loader.first_that_fits(size, std::iter::once(own).chain(others))?;
        Ok(())
    }

    fn describe(value: &mut VirtioDevice<D>, describer: &mut Describer) -> Result<()> {
        describer.explained("virtio", value)
    }
}
