//! The pairs of queues of a `virtio-net` card but the first (`virtio_net_tx_waiting_pre_load`). Their number is one
//! less than a field says, which no table can.

use crate::codec::{Each, Equal, Nested, Scalar};
use crate::schema::Schema;
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{FieldMeta, Visitor};
use crate::{Field, Result, VmState};

use crate::codec::virtio::meta;

/// The pairs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairs {
    /// `max_queue_pairs > 1`: a property of the card.
    sent: bool,
    /// Pairs that the card has.
    pub max: u16,
    /// Pairs in use: more than there are were CVE-2013-4150.
    pub current: u16,
    /// All but the first.
    pub further: Vec<NetQueue>,
}

/// A pair of queues.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-net-queue-tx_waiting", version = 0)]
pub struct NetQueue {
    /// Whether packets wait for a timer.
    pub tx_waiting: u32,
}

static MAX: FieldMeta = meta("max_queue_pairs");
static CURRENT: FieldMeta = meta("curr_queue_pairs");
static FURTHER: FieldMeta = meta("vqs_1");

impl Default for Pairs {
    fn default() -> Self {
        Self {
            sent: false,
            max: 1,
            current: 1,
            further: Vec::new(),
        }
    }
}

impl Pairs {
    /// Of a card that has `max` pairs.
    pub fn up_to(max: u16) -> Self {
        Self {
            sent: max > 1,
            max,
            ..Self::default()
        }
    }
}

impl VmState for Pairs {
    const NAME: &'static str = "virtio-net-tx_waiting";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 0;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u16, Equal>(&MAX)
            .field::<u16, Scalar>(&CURRENT)
            .counted::<Vec<NetQueue>, Each<Nested>>(&FURTHER, CURRENT.name, 1)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        if self.sent {
            visitor.field::<u16, Equal>(&MAX, &mut self.max)?;
            let at = visitor.mark();
            visitor.field::<u16, Scalar>(&CURRENT, &mut self.current)?;
            visitor.max(&CURRENT, at, self.current, self.max)?;
        }
        let further = usize::from(self.current.saturating_sub(1));
        self.further.resize_with(further, NetQueue::default);
        visitor.field::<[NetQueue], Each<Nested>>(&FURTHER, &mut self.further)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Pairs {
    type Codec = Nested;
}
