//! A request that the device took from a queue and has not returned (`qemu_put_virtqueue_element`): a struct of the
//! host's memory, with room for 1024 segments each way, in the host's byte order. Little-endian hosts are read.

use crate::schema::Shape;
use crate::vmstate::Describer;
use crate::wire::Reader;
use crate::wire::Writer;
use crate::{Codec, Error, ErrorKind, Field, Loader, Result, Value};

/// Segments of each direction (`VIRTQUEUE_MAX_SIZE`).
const SEGMENTS: usize = 1024;

/// The request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The first of its descriptors.
    pub index: u32,
    /// Memory that the device writes.
    pub input: Vec<Segment>,
    /// Memory that the device reads.
    pub output: Vec<Segment>,
}

/// A piece of the guest's memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Where the guest has it.
    pub address: u64,
    /// Where QEMU had it; old versions sent that.
    pub base: u64,
    /// Its bytes.
    pub length: u64,
}

impl Field for Element {
    type Codec = OldElement;
}

/// `VirtQueueElementOld`.
#[derive(Debug)]
pub enum OldElement {}

/// Three numbers, a gap, and the arrays: 49168 bytes.
const SIZE: usize = 16 + 2 * 8 * SEGMENTS + 2 * 16 * SEGMENTS;

impl Codec<Element> for OldElement {
    const MIN_SIZE: usize = SIZE;

    fn shape() -> Shape {
        Shape::leaf("virtqueue element", SIZE as u64)
    }

    fn save(element: &mut Element, writer: &mut Writer) -> Result<()> {
        let number = |segments: &[Segment], name| match u32::try_from(segments.len()) {
            Ok(number) if segments.len() <= SEGMENTS => Ok(number),
            _ => Err(Error::new(
                ErrorKind::Count,
                above(name, segments.len() as u64),
            )),
        };
        let outputs = number(&element.output, "out_num")?;
        let inputs = number(&element.input, "in_num")?;
        for word in [element.index, outputs, inputs, 0] {
            writer.bytes(&word.to_le_bytes());
        }
        for segments in [&element.input, &element.output] {
            for segment in padded(segments) {
                writer.bytes(&segment.address.to_le_bytes());
            }
        }
        for segments in [&element.input, &element.output] {
            for segment in padded(segments) {
                writer.bytes(&segment.base.to_le_bytes());
                writer.bytes(&segment.length.to_le_bytes());
            }
        }
        Ok(())
    }

    /// More segments than there is room for were CVE-2013-4535 and CVE-2013-4542.
    fn load(element: &mut Element, loader: &mut Loader<'_>) -> Result<()> {
        let mut reader = loader.window(SIZE)?;
        element.index = le32(&mut reader)?;
        let outputs = number(&mut reader, "out_num")?;
        let inputs = number(&mut reader, "in_num")?;
        reader.skip(4)?;
        element.input = addresses(&mut reader, inputs)?;
        element.output = addresses(&mut reader, outputs)?;
        vectors(&mut reader, &mut element.input)?;
        vectors(&mut reader, &mut element.output)
    }

    fn describe(element: &mut Element, describer: &mut Describer) -> Result<()> {
        let index = Value::Uint {
            bits: 32,
            value: u64::from(element.index),
        };
        let value = Value::Struct(vec![
            ("index".to_owned(), index),
            ("in".to_owned(), values(&element.input)),
            ("out".to_owned(), values(&element.output)),
        ]);
        describer.leaf("virtqueue element", value, |writer| {
            Self::save(element, writer)
        })
    }
}

fn above(name: &str, number: u64) -> String {
    format!("`{name}` is {number}, above its bound {SEGMENTS}")
}

fn padded(segments: &[Segment]) -> impl Iterator<Item = Segment> + '_ {
    let rest = std::iter::repeat(Segment::default());
    segments.iter().copied().chain(rest).take(SEGMENTS)
}

fn le32(reader: &mut Reader<'_>) -> Result<u32> {
    reader.array().map(u32::from_le_bytes)
}

fn le64(reader: &mut Reader<'_>) -> Result<u64> {
    reader.array().map(u64::from_le_bytes)
}

fn number(reader: &mut Reader<'_>, name: &'static str) -> Result<usize> {
    let at = reader.offset();
    let number = le32(reader)?;
    match usize::try_from(number) {
        Ok(count) if count <= SEGMENTS => Ok(count),
        _ => Err(Error::at(ErrorKind::Count, at, above(name, number.into())).inside(name)),
    }
}

fn addresses(reader: &mut Reader<'_>, count: usize) -> Result<Vec<Segment>> {
    let mut array = reader.window(8 * SEGMENTS)?;
    let segment = |_| {
        Ok(Segment {
            address: le64(&mut array)?,
            ..Segment::default()
        })
    };
    (0..count).map(segment).collect()
}

fn vectors(reader: &mut Reader<'_>, segments: &mut [Segment]) -> Result<()> {
    let mut array = reader.window(16 * SEGMENTS)?;
    for segment in segments {
        segment.base = le64(&mut array)?;
        segment.length = le64(&mut array)?;
    }
    Ok(())
}

fn values(segments: &[Segment]) -> Value {
    let number = |value| Value::Uint { bits: 64, value };
    let segment = |segment: &Segment| {
        Value::Struct(vec![
            ("address".to_owned(), number(segment.address)),
            ("base".to_owned(), number(segment.base)),
            ("length".to_owned(), number(segment.length)),
        ])
    };
    Value::List(segments.iter().map(segment).collect())
}
