//! The part of a device that nobody here knows: bytes up to the subsections.

use crate::codec::virtio::{meta, ConfigField, DevicePart, Subsections};
use crate::codec::Nested;
use crate::error::Result;
use crate::schema::{Schema, Shape};
use crate::value::Value;
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{subsection_name, Codec, Describer, Inspection, Loader, Visitor};
use crate::vmstate::{Field, FieldMeta};
use crate::wire::{Reader, Writer};
use crate::VmState;

/// The part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknown {
    /// Whether the input ends where the subsections end.
    ends: bool,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Places that are tried as the start of the subsections.
const MAX_TRIES: usize = 64;

static DEVICE: FieldMeta = meta("device");

impl DevicePart for Unknown {
    const CONFIG: Option<&'static [ConfigField]> = None;

    fn forms() -> Vec<Self> {
        vec![Self {
            ends: true,
            bytes: Vec::new(),
        }]
    }
}

impl VmState for Unknown {
    const NAME: &'static str = "virtio-device";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 0;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<Self, Rest>(&DEVICE)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        visitor.field::<Self, Rest>(&DEVICE, self)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Unknown {
    type Codec = Nested;
}

/// As many bytes as there already are, or all before the subsections.
#[derive(Debug)]
pub enum Rest {}

impl Codec<Unknown> for Rest {
    fn shape() -> Shape {
        Shape::sized_by_value("buffer")
    }

    fn save(part: &mut Unknown, writer: &mut Writer) -> Result<()> {
        writer.bytes(&part.bytes);
        Ok(())
    }

    fn load(part: &mut Unknown, loader: &mut Loader<'_>) -> Result<()> {
        let len = if part.ends {
            before_subsections(loader)
        } else {
            part.bytes.len()
        };
        part.bytes = loader.bytes(len)?.to_vec();
        Ok(())
    }

    fn describe(part: &mut Unknown, describer: &mut Describer) -> Result<()> {
        describer.leaf("buffer", Value::Bytes(part.bytes.clone()), |writer| {
            writer.bytes(&part.bytes);
            Ok(())
        })
    }
}

/// Bytes in front of the first place from which on there are subsections and nothing else.
fn before_subsections(reader: &Reader<'_>) -> usize {
    let mut rest = reader.clone();
    let mut tries = 0;
    while !rest.is_empty() && tries < MAX_TRIES {
        if subsection_name(&rest, Subsections::NAME).is_some() {
            tries += 1;
            if are_subsections(&rest) {
                break;
            }
        }
        if rest.skip(1).is_err() {
            break;
        }
    }
    match tries {
        MAX_TRIES => reader.remaining(),
        _ => rest.consumed() - reader.consumed(),
    }
}

fn are_subsections(reader: &Reader<'_>) -> bool {
    let mut inspection = Inspection::default();
    let mut loader = Loader::inspect(reader.clone(), &mut inspection);
    let mut subsections = Subsections::default();
    subsections
        .load(&mut loader, Subsections::VERSION)
        .and_then(|()| loader.finish())
        .is_ok()
}
