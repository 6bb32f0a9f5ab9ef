//! The part of `virtio-mem` (hw/virtio/virtio-mem.c): memory that comes and goes.

use crate::codec::virtio::{meta, ConfigField, DevicePart};
use crate::codec::{Bitmap, Nested, Scalar, Tmp};
use crate::schema::Schema;
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{Counted, FieldMeta, Unit, Visitor};
use crate::{Field, Result, VmState};

/// The memory. How much of it the guest has is sent in a section of its own, ahead of the RAM, by machine types from
/// 8.1 on (`x-early-migration`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mem {
    /// Whether that section exists.
    pub is_early: bool,
    /// Where it lies, and in which pieces.
    pub sanity_checks: SanityChecks,
    /// Bytes that the guest may use.
    pub usable_region_size: u64,
    /// Bytes that it has.
    pub size: u64,
    /// Bytes that the host wants it to have.
    pub requested_size: u64,
    /// A bit for each block that it has.
    pub bitmap: Vec<u64>,
}

/// What the destination must have alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-mem-device/sanity-checks", version = 0)]
pub struct SanityChecks {
    /// Where the memory begins.
    pub addr: u64,
    /// Its bytes.
    pub region_size: u64,
    /// Bytes of a block.
    pub block_size: u64,
    /// Its NUMA node.
    pub node: u32,
}

static TMP: FieldMeta = meta("tmp");
static USABLE_REGION_SIZE: FieldMeta = meta("usable_region_size");
static SIZE: FieldMeta = meta("size");
static REQUESTED_SIZE: FieldMeta = meta("requested_size");
static BITMAP: FieldMeta = meta("bitmap");

impl DevicePart for Mem {
    const CONFIG: Option<&'static [ConfigField]> = Some(&[
        ConfigField::number("block_size", 8),
        ConfigField::number("node_id", 2),
        ConfigField::bytes("padding", 6),
        ConfigField::number("addr", 8),
        ConfigField::number("region_size", 8),
        ConfigField::number("usable_region_size", 8),
        ConfigField::number("plugged_size", 8),
        ConfigField::number("requested_size", 8),
    ]);

    fn forms() -> Vec<Self> {
        let early = Self {
            is_early: true,
            ..Self::default()
        };
        vec![early, Self::default()]
    }
}

impl Mem {
    /// Blocks of the region.
    fn blocks(&self) -> u64 {
        let SanityChecks {
            region_size,
            block_size,
            ..
        } = self.sanity_checks;
        region_size.checked_div(block_size).unwrap_or(0)
    }
}

impl VmState for Mem {
    const NAME: &'static str = "virtio-mem-device";
    const VERSION: u32 = 1;
    const MINIMUM_VERSION: u32 = 1;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 16;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<SanityChecks, Tmp<0>>(&TMP)
            .field::<u64, Scalar>(&USABLE_REGION_SIZE)
            .field::<u64, Scalar>(&SIZE)
            .field::<u64, Scalar>(&REQUESTED_SIZE)
            .field::<[u64], Bitmap>(&BITMAP)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        if !self.is_early {
            visitor.field::<SanityChecks, Tmp<0>>(&TMP, &mut self.sanity_checks)?;
        }
        visitor.field::<u64, Scalar>(&USABLE_REGION_SIZE, &mut self.usable_region_size)?;
        if !self.is_early {
            visitor.field::<u64, Scalar>(&SIZE, &mut self.size)?;
        }
        visitor.field::<u64, Scalar>(&REQUESTED_SIZE, &mut self.requested_size)?;
        if self.is_early {
            return Ok(());
        }
        let count = Counted {
            value: self.blocks().into(),
            field: "region_size / block_size",
            times: 1,
            unit: Unit::Bits,
        };
        visitor.counted::<Vec<u64>, Bitmap>(&BITMAP, &mut self.bitmap, count, 8)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Mem {
    type Codec = Nested;
}
