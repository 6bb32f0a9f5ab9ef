//! The ports of a `virtio-serial` controller (`virtio_serial_save_device`). QEMU writes them by hand; the names are those
//! of its structs.

use crate::codec::{Each, Nested, Scalar};
use crate::schema::Schema;
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{FieldMeta, Visitor};
use crate::{Field, Result, VmState};

use crate::codec::virtio::{meta, ConfigField, DevicePart, Element};

/// Ports that a controller can have: half of its queues, one pair for control.
const MAX_PORTS: u32 = 511;

/// The controller's own part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Console {
    /// Once the size of a console; nobody reads it.
    pub cols: u16,
    /// The same.
    pub rows: u16,
    /// Ports that there may be, in the guest's byte order (`max_ports`).
    pub max_nr_ports: u32,
    /// A bit for each that there is.
    pub ports_map: Vec<u32>,
    /// They.
    pub ports: Vec<Port>,
}

/// A port.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-serial-port", version = 3)]
pub struct Port {
    /// Its number: a bit of the map.
    pub id: u32,
    /// Whether the guest has it open.
    pub guest_connected: u8,
    /// Whether the host has.
    pub host_connected: u8,
    /// Whether a buffer of the guest's is half read.
    pub elem_popped: u32,
    /// Its segment.
    #[vmstate(exists = Self::is_popped)]
    pub iov_idx: u32,
    /// The place in the segment.
    #[vmstate(exists = Self::is_popped)]
    pub iov_offset: u64,
    /// The buffer.
    #[vmstate(exists = Self::is_popped)]
    pub elem: Element,
}

static COLS: FieldMeta = meta("config.cols");
static ROWS: FieldMeta = meta("config.rows");
static MAX_NR_PORTS: FieldMeta = meta("config.max_nr_ports");
static PORTS_MAP: FieldMeta = meta("ports_map");
static NR_ACTIVE_PORTS: FieldMeta = meta("nr_active_ports");
static PORTS: FieldMeta = meta("ports");

impl Port {
    fn is_popped(&self, _version: u32) -> bool {
        self.elem_popped != 0
    }
}

impl Default for Console {
    fn default() -> Self {
        Self {
            cols: 0,
            rows: 0,
            max_nr_ports: 31_u32.swap_bytes(),
            ports_map: vec![0],
            ports: Vec::new(),
        }
    }
}

impl Console {
    /// The number is written as it stands in the guest's memory. No controller has so many ports that both readings are
    /// possible.
    fn max_ports(&self) -> u32 {
        let swapped = self.max_nr_ports.swap_bytes();
        if self.max_nr_ports <= MAX_PORTS {
            self.max_nr_ports
        } else {
            swapped
        }
    }
}

impl DevicePart for Console {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[
        ConfigField::number("cols", 2),
        ConfigField::number("rows", 2),
        ConfigField::number("max_nr_ports", 4),
        ConfigField::number("emerg_wr", 4),
    ]);
}

impl VmState for Console {
    const NAME: &'static str = "virtio-serial-device";
    const VERSION: u32 = 3;
    const MINIMUM_VERSION: u32 = 3;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 12;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u16, Scalar>(&COLS)
            .field::<u16, Scalar>(&ROWS)
            .field::<u32, Scalar>(&MAX_NR_PORTS)
            .counted::<Vec<u32>, Each<Scalar>>(&PORTS_MAP, MAX_NR_PORTS.name, 1)
            .field::<u32, Scalar>(&NR_ACTIVE_PORTS)
            .counted::<Vec<Port>, Each<Nested>>(&PORTS, NR_ACTIVE_PORTS.name, 1)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        visitor.field::<u16, Scalar>(&COLS, &mut self.cols)?;
        visitor.field::<u16, Scalar>(&ROWS, &mut self.rows)?;
        let at = visitor.mark();
        visitor.field::<u32, Scalar>(&MAX_NR_PORTS, &mut self.max_nr_ports)?;
        let most = self.max_ports();
        visitor.max(&MAX_NR_PORTS, at, most, MAX_PORTS)?;
        if at.is_some() {
            let words = usize::try_from(most.div_ceil(32)).unwrap_or(usize::MAX);
            self.ports_map.resize(words, 0);
        }
        visitor.field::<[u32], Each<Scalar>>(&PORTS_MAP, &mut self.ports_map)?;
        let mut active = u32::try_from(self.ports.len()).unwrap_or(u32::MAX);
        let at = visitor.mark();
        visitor.field::<u32, Scalar>(&NR_ACTIVE_PORTS, &mut active)?;
        visitor.max(&NR_ACTIVE_PORTS, at, active, most)?;
        if at.is_some() {
            self.ports = (0..active).map(|_| Port::default()).collect();
        }
        visitor.field::<[Port], Each<Nested>>(&PORTS, &mut self.ports)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Console {
    type Codec = Nested;
}
