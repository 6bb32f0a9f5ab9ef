//! The resources of a `virtio-gpu` card (`virtio_gpu_save`, `virtio_gpu_blob_save`): one after the other, number 0 behind
//! the last. QEMU writes them by hand; the names are those of its structs.

use vmsd_schema::codec::{Buffer, Each, Nested, Scalar};
use vmsd_schema::schema::{Schema, Shape};
use vmsd_schema::vmstate::schema_builder::SchemaBuilder;
use vmsd_schema::vmstate::{Counted, Describer, FieldMeta, Unit, Visitor};
use vmsd_schema::wire::Writer;
use vmsd_schema::{Codec, Field, Loader, Result, VmState};

use crate::mirrors::virtio::meta;

/// Resources, and `B` behind them. `BLOB`: in the guest's own memory, without a picture in the host's.
#[derive(Default)]
pub(super) struct Resources<const BLOB: bool, B> {
    list: Vec<Resource<BLOB>>,
    behind: B,
}

/// A resource.
#[derive(Default)]
struct Resource<const BLOB: bool> {
    id: u32,
    width: u32,
    height: u32,
    format: u32,
    /// Bytes of a blob.
    blob_size: u32,
    /// The guest's memory behind it.
    backing: Vec<Piece>,
    /// The picture.
    image: Vec<u8>,
}

/// A piece of the guest's memory.
#[derive(Default, VmState)]
#[vmstate(name = "virtio-gpu-mem-entry", version = 0)]
struct Piece {
    addr: u64,
    length: u32,
}

static RESOURCE_ID: FieldMeta = meta("resource_id");
static RESOURCE: FieldMeta = meta("resource");
static WIDTH: FieldMeta = meta("width");
static HEIGHT: FieldMeta = meta("height");
static FORMAT: FieldMeta = meta("format");
static BLOB_SIZE: FieldMeta = meta("blob_size");
static IOV_CNT: FieldMeta = meta("iov_cnt");
static IOV: FieldMeta = meta("iov");
static IMAGE: FieldMeta = meta("image");
static SCANOUTS: FieldMeta = meta("scanouts");

/// Bytes of a pixel in every format that the card has (`virtio_gpu_get_pixman_format`).
const PIXEL: i128 = 4;

impl<const BLOB: bool, B: VmState> VmState for Resources<BLOB, B> {
    const NAME: &'static str = "virtio-gpu-resources";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 4;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u32, Scalar>(&RESOURCE_ID)
            .field::<B, Nested>(&SCANOUTS)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        let loads = visitor.mark().is_some();
        if loads {
            self.list.clear();
        }
        let mut index = 0;
        loop {
            let mut id = self.list.get(index).map_or(0, |resource| resource.id);
            visitor.field::<u32, Scalar>(&RESOURCE_ID, &mut id)?;
            if id == 0 {
                break;
            }
            if loads {
                self.list.push(Resource {
                    id,
                    ..Resource::default()
                });
            }
            if let Some(resource) = self.list.get_mut(index) {
                let result = visitor.field::<Resource<BLOB>, Nested>(&RESOURCE, resource);
                result.map_err(|error| error.inside_index(index))?;
            }
            index += 1;
        }
        if BLOB {
            return Ok(());
        }
        visitor.field::<B, Nested>(&SCANOUTS, &mut self.behind)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl<const BLOB: bool, B: VmState> Field for Resources<BLOB, B> {
    type Codec = Nested;
}

impl<const BLOB: bool> VmState for Resource<BLOB> {
    const NAME: &'static str = "virtio-gpu-simple-resource";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 8;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u32, Scalar>(&IOV_CNT)
            .counted::<Vec<Piece>, Each<Nested>>(&IOV, IOV_CNT.name, 1)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        if BLOB {
            visitor.field::<u32, Scalar>(&BLOB_SIZE, &mut self.blob_size)?;
        } else {
            visitor.field::<u32, Scalar>(&WIDTH, &mut self.width)?;
            visitor.field::<u32, Scalar>(&HEIGHT, &mut self.height)?;
            visitor.field::<u32, Scalar>(&FORMAT, &mut self.format)?;
        }
        let mut pieces = u32::try_from(self.backing.len()).unwrap_or(u32::MAX);
        visitor.field::<u32, Scalar>(&IOV_CNT, &mut pieces)?;
        let count = counted(IOV_CNT.name, pieces.into(), Unit::Elements);
        visitor.counted::<Vec<Piece>, Each<Nested>>(&IOV, &mut self.backing, count, 12)?;
        if BLOB {
            return Ok(());
        }
        let size = i128::from(self.width) * i128::from(self.height) * PIXEL;
        let count = counted("width * height * 4", size, Unit::Bytes);
        visitor.counted::<Vec<u8>, Buffer>(&IMAGE, &mut self.image, count, 1)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl<const BLOB: bool> Field for Resource<BLOB> {
    type Codec = Nested;
}

fn counted(field: &'static str, value: i128, unit: Unit) -> Counted {
    Counted {
        value,
        field,
        times: 1,
        unit,
    }
}

/// The fields of type `virtio-gpu` and `blob`.
pub(super) enum ResourceBlob {}

impl<const BLOB: bool, B: VmState> Codec<Resources<BLOB, B>> for ResourceBlob {
    const MIN_SIZE: usize = 4;
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value(type_name(BLOB))
    }

    fn save(value: &mut Resources<BLOB, B>, writer: &mut Writer) -> Result<()> {
        VmState::save(value, writer, 0)
    }

    fn load(value: &mut Resources<BLOB, B>, loader: &mut Loader<'_>) -> Result<()> {
        loader.nested(value, 0)
    }

    fn describe(value: &mut Resources<BLOB, B>, describer: &mut Describer) -> Result<()> {
        describer.explained(type_name(BLOB), value)
    }
}

fn type_name(blob: bool) -> &'static str {
    if blob {
        "blob"
    } else {
        "virtio-gpu"
    }
}
