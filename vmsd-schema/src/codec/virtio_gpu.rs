//! The resources of a `virtio-gpu` card (`virtio_gpu_save`, `virtio_gpu_blob_save`): one after the other, number 0 behind
//! the last. QEMU writes them by hand; the names are those of its structs.

mod scanout;

use std::mem;

use super::virtio::meta;
use super::{Buffer, Each, Nested, Scalar};
use crate::schema::{Schema, Shape};
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{Counted, Describer, FieldMeta, Unit, Visitor};
use crate::wire::Writer;
use crate::{Codec, Field, Loader, Result, VmState};

pub use scanout::{Scanout, Scanouts};

/// The resources, and what the screens show of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// By number.
    pub list: Vec<Resource<false>>,
    /// The screens.
    pub screens: Scanouts,
}

/// Resources in the guest's own memory, without a picture in the host's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Blobs {
    /// By number.
    pub list: Vec<Resource<true>>,
}

/// A resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resource<const BLOB: bool> {
    /// Its number; 0 would end the list.
    pub id: u32,
    /// Pixels of a line.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// The order of the colours in a pixel.
    pub format: u32,
    /// Bytes of a blob.
    pub blob_size: u32,
    /// The guest's memory behind it.
    pub backing: Vec<Piece>,
    /// The picture.
    pub image: Vec<u8>,
}

/// A piece of the guest's memory.
#[derive(Clone, Debug, Default, PartialEq, Eq, VmState)]
#[vmstate(name = "virtio-gpu-mem-entry", version = 0)]
pub struct Piece {
    /// Where the guest has it.
    pub addr: u64,
    /// Its bytes.
    pub length: u32,
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

/// Number and resource, one after the other, and a zero.
fn visit_list<V: Visitor, const BLOB: bool>(
    list: &mut Vec<Resource<BLOB>>,
    visitor: &mut V,
) -> Result<()> {
    let loads = visitor.mark().is_some();
    if loads {
        list.clear();
    }
    let mut index = 0;
    loop {
        let mut id = list.get(index).map_or(0, |resource| resource.id);
        visitor.field::<u32, Scalar>(&RESOURCE_ID, &mut id)?;
        if id == 0 {
            return Ok(());
        }
        if loads {
            list.push(Resource {
                id,
                ..Resource::default()
            });
        }
        if let Some(resource) = list.get_mut(index) {
            let result = visitor.field::<Resource<BLOB>, Nested>(&RESOURCE, resource);
            result.map_err(|error| error.inside_index(index))?;
        }
        index += 1;
    }
}

impl VmState for Resources {
    const NAME: &'static str = "virtio-gpu-resources";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 4;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u32, Scalar>(&RESOURCE_ID)
            .field::<Scanouts, Nested>(&SCANOUTS)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        visit_list(&mut self.list, visitor)?;
        visitor.field::<Scanouts, Nested>(&SCANOUTS, &mut self.screens)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Resources {
    type Codec = Nested;
}

impl VmState for Blobs {
    const NAME: &'static str = "virtio-gpu-resources";
    const VERSION: u32 = 0;
    const MINIMUM_VERSION: u32 = 0;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 4;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u32, Scalar>(&RESOURCE_ID)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        visit_list(&mut self.list, visitor)
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Blobs {
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
#[derive(Debug)]
pub enum VirtioGpu {}

impl Codec<Resources> for VirtioGpu {
    const MIN_SIZE: usize = 4;
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value("virtio-gpu")
    }

    fn save(value: &mut Resources, writer: &mut Writer) -> Result<()> {
        VmState::save(value, writer, 0)
    }

    /// Whether a screen has a framebuffer is never sent. A reader without a destination, who is told where the field
    /// ends, tries what it may be.
    fn load(value: &mut Resources, loader: &mut Loader<'_>) -> Result<()> {
        let Some(size) = loader.described_size() else {
            return loader.nested(value, 0);
        };
        let forms = Scanouts::forms().map(|screens| Resources {
            screens,
            ..Resources::default()
        });
        *value = loader.first_that_fits(size, [mem::take(value)].into_iter().chain(forms))?;
        Ok(())
    }

    fn describe(value: &mut Resources, describer: &mut Describer) -> Result<()> {
        describer.explained("virtio-gpu", value)
    }
}

impl Codec<Blobs> for VirtioGpu {
    const MIN_SIZE: usize = 4;
    const NESTS: bool = true;

    fn shape() -> Shape {
        Shape::sized_by_value("blob")
    }

    fn save(value: &mut Blobs, writer: &mut Writer) -> Result<()> {
        VmState::save(value, writer, 0)
    }

    fn load(value: &mut Blobs, loader: &mut Loader<'_>) -> Result<()> {
        loader.nested(value, 0)
    }

    fn describe(value: &mut Blobs, describer: &mut Describer) -> Result<()> {
        describer.explained("blob", value)
    }
}

impl Resources {
    /// Of a card whose machine type is 8.2 or older: its screens have no framebuffer.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            screens: Scanouts::with_framebuffers(0),
            ..Self::default()
        }
    }
}
