//! The configuration space of a virtio device: be32 length and bytes, whose meaning the device gives them.

use crate::codec::Buffer;
use crate::schema::{Schema, Shape};
use crate::vmstate::schema_builder::SchemaBuilder;
use crate::vmstate::{Describer, FieldMeta, Visitor};
use crate::wire::Writer;
use crate::{codec, Codec, ErrorKind, Field, Loader, Mode, Result, Value, VmState};

use super::meta;

/// The bytes, of which there may be fewer than the device knows fields for: features decide.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// None of a device that nobody knows: then there may be any number of bytes.
    layout: Option<&'static [ConfigField]>,
    /// Fields of the driver's byte order, which is the guest's for a legacy driver.
    pub(super) big_endian: bool,
    /// The space.
    pub bytes: Vec<u8>,
}

/// A field of the space.
#[derive(Debug)]
pub struct ConfigField {
    meta: FieldMeta,
    size: usize,
    number: bool,
}

static CONFIG_LEN: FieldMeta = meta("config_len");
static REST: FieldMeta = meta("rest");

impl ConfigField {
    /// A number of `size` bytes.
    #[must_use]
    pub const fn number(name: &'static str, size: usize) -> Self {
        Self {
            meta: meta(name),
            size,
            number: true,
        }
    }

    /// `size` bytes.
    #[must_use]
    pub const fn bytes(name: &'static str, size: usize) -> Self {
        Self {
            meta: meta(name),
            size,
            number: false,
        }
    }
}

impl PartialEq for ConfigField {
    fn eq(&self, other: &Self) -> bool {
        (self.meta.name, self.size, self.number) == (other.meta.name, other.size, other.number)
    }
}

impl Eq for ConfigField {}

impl Config {
    /// An empty space that can hold `layout`.
    pub(super) fn new(layout: Option<&'static [ConfigField]>) -> Self {
        Self {
            layout,
            ..Self::default()
        }
    }

    fn capacity(&self) -> usize {
        match self.layout {
            Some(layout) => layout.iter().map(|field| field.size).sum(),
            None => usize::MAX,
        }
    }
}

impl VmState for Config {
    const NAME: &'static str = "virtio config";
    const VERSION: u32 = 1;
    const MINIMUM_VERSION: u32 = 1;
    const SUBSECTIONS: &'static [&'static str] = &[];
    const COMPRESSIBLE: bool = false;
    const MIN_SIZE: usize = 4;

    fn schema() -> Schema {
        SchemaBuilder::new::<Self>()
            .field::<u32, codec::Scalar>(&CONFIG_LEN)
            .counted::<Vec<u8>, Buffer>(&REST, CONFIG_LEN.name, 1)
            .build()
    }

    fn visit<V: Visitor>(&mut self, visitor: &mut V, _version: u32) -> Result<()> {
        let mut length = ConfigLen {
            value: self.bytes.len(),
            capacity: self.capacity(),
        };
        visitor.field::<ConfigLen, ConfigLen>(&CONFIG_LEN, &mut length)?;
        if visitor.mark().is_some() {
            self.bytes.resize(length.value, 0);
        }
        let mut start = 0;
        for field in self.layout.unwrap_or_default() {
            let Some(value) = self.bytes.get_mut(start..start + field.size) else {
                break;
            };
            match (field.number, self.big_endian) {
                (true, true) => visitor.field::<[u8], Number<true>>(&field.meta, value)?,
                (true, false) => visitor.field::<[u8], Number<false>>(&field.meta, value)?,
                _ => visitor.field::<[u8], Buffer>(&field.meta, value)?,
            }
            start += field.size;
        }
        match self.bytes.get_mut(start..) {
            Some(rest) if !rest.is_empty() => visitor.field::<[u8], Buffer>(&REST, rest),
            _ => Ok(()),
        }
    }

    fn visit_subsection<V: Visitor>(&mut self, _visitor: &mut V, _index: usize) -> Result<()> {
        Ok(())
    }
}

impl Field for Config {
    type Codec = codec::Nested;
}

/// The sender's length. More than the destination's device has was CVE-2014-0182.
struct ConfigLen {
    value: usize,
    capacity: usize,
}

impl Codec<Self> for ConfigLen {
    const MIN_SIZE: usize = 4;

    fn shape() -> Shape {
        Shape::leaf("uint32", 4)
    }

    fn save(length: &mut Self, writer: &mut Writer) -> Result<()> {
        writer.u32(u32::try_from(length.value).unwrap_or(u32::MAX));
        Ok(())
    }

    fn load(length: &mut Self, loader: &mut Loader<'_>) -> Result<()> {
        let at = loader.offset();
        let value = usize::try_from(loader.u32()?).unwrap_or(usize::MAX);
        let capacity = length.capacity;
        if value > capacity {
            let message = format!("`config_len` is {value}, above its bound {capacity}");
            if loader.mode() == Mode::Load {
                return Err(loader.error(ErrorKind::Count, message).or_at(at));
            }
            loader.expect(at, false, || message)?;
        }
        if value > loader.remaining() {
            return Err(loader.truncated(value));
        }
        length.value = value;
        Ok(())
    }

    fn describe(length: &mut Self, describer: &mut Describer) -> Result<()> {
        let value = Value::Uint {
            bits: 32,
            value: length.value as u64,
        };
        describer.leaf("uint32", value, |writer| Self::save(length, writer))
    }
}

/// A number in the driver's byte order.
enum Number<const BIG_ENDIAN: bool> {}

impl<const BIG_ENDIAN: bool> Codec<[u8]> for Number<BIG_ENDIAN> {
    fn shape() -> Shape {
        Shape::sized_by_value("number")
    }

    fn save(bytes: &mut [u8], writer: &mut Writer) -> Result<()> {
        Buffer::save(bytes, writer)
    }

    fn load(bytes: &mut [u8], loader: &mut Loader<'_>) -> Result<()> {
        Buffer::load(bytes, loader)
    }

    fn describe(bytes: &mut [u8], describer: &mut Describer) -> Result<()> {
        let fold = |value: u64, byte: &u8| (value << 8) | u64::from(*byte);
        let value = if BIG_ENDIAN {
            bytes.iter().fold(0, fold)
        } else {
            bytes.iter().rev().fold(0, fold)
        };
        let (type_name, bits) = match (bytes.len(), BIG_ENDIAN) {
            (1, _) => ("uint8", 8),
            (2, true) => ("uint16", 16),
            (2, false) => ("le16", 16),
            (4, true) => ("uint32", 32),
            (4, false) => ("le32", 32),
            (_, true) => ("uint64", 64),
            (_, false) => ("le64", 64),
        };
        describer.leaf(type_name, Value::Uint { bits, value }, |writer| {
            Self::save(bytes, writer)
        })
    }
}
