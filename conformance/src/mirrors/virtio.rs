//! `virtio` (`virtio_save` of hw/virtio/virtio.c): the state of a virtio device behind any bus.
//!
//! QEMU's table has one field of a type of its own, and its description tells no more than that field's size. What
//! stands in it is laid out here: the bus's part, registers, the configuration space, the queues, the device's own part,
//! and the subsections of a description `virtio` that has no fields.

mod bus;
mod ccw;
mod config;
mod element;
mod mmio;
mod part;
mod pci;
mod queue;
mod subsections;
#[cfg(test)]
mod tests;

use vmsd_schema::codec::{Each, Nested, Scalar};
use vmsd_schema::schema::{Dialect, Schema, Shape};
use vmsd_schema::vmstate::schema_builder::SchemaBuilder;
use vmsd_schema::vmstate::{Describer, FieldMeta, Visitor};
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Field, Loader, Result, VmState};

pub(crate) use bus::Bus;
pub(crate) use config::{Config, ConfigField};
pub(crate) use element::{Element, OldElement};
pub(crate) use part::{behind_buses, plain_device, DevicePart};
use queue::VirtQueue;
use subsections::Subsections;

/// Queues of a device (`VIRTIO_QUEUE_MAX`).
const QUEUES: u16 = 1024;

/// A device and its bus.
#[derive(Default)]
pub(crate) struct VirtioDevice<D> {
    /// How the guest reaches it.
    bus: Bus,
    /// How far the driver is.
    status: u8,
    /// Interrupts that the driver has not yet read.
    isr: u8,
    /// The queue that the legacy registers show. Beyond the last was CVE-2013-6399.
    queue_sel: u16,
    /// What the driver accepted: the lowest 32 bits.
    guest_features: u32,
    /// The configuration space.
    config: Config,
    /// Queues up to the first of no entries. More than a device can have were CVE-2013-4151.
    queues: Vec<VirtQueue>,
    /// What only this device has.
    device: D,
    /// What not every device has.
    subsections: Subsections,
}

static STATUS: FieldMeta = meta("status");
static ISR: FieldMeta = meta("isr");
static QUEUE_SEL: FieldMeta = meta("queue_sel");
static GUEST_FEATURES: FieldMeta = meta("guest_features");
static CONFIG: FieldMeta = meta("config");
static NUM_QUEUES: FieldMeta = meta("num_queues");
static VQ: FieldMeta = meta("vq");

/// A field that is always there.
pub(crate) const fn meta(name: &'static str) -> FieldMeta {
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

impl<D: DevicePart> VirtioDevice<D> {
    /// A device behind `bus`.
    pub(crate) fn behind(bus: Bus, device: D) -> Self {
        Self {
            bus,
            config: Config::new(D::CONFIG),
            device,
            ..Self::default()
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
pub(crate) enum Blob {}

impl<D: DevicePart> Codec<VirtioDevice<D>> for Blob {
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value("virtio")
    }

    fn save(value: &mut VirtioDevice<D>, writer: &mut Writer) -> Result<()> {
        VmState::save(value, writer, VirtioDevice::<D>::VERSION)
    }

    fn load(value: &mut VirtioDevice<D>, loader: &mut Loader<'_>) -> Result<()> {
        loader.nested(value, VirtioDevice::<D>::VERSION)
    }

    fn describe(value: &mut VirtioDevice<D>, describer: &mut Describer) -> Result<()> {
        describer.explained("virtio", value)
    }
}
