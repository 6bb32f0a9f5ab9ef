//! A value of a table: bytes that its decoder reads to the end, and the description that a stream would carry of them.
//!
//! What a table leaves open is made up: predicates are tossed, subsections are there or not, counts are small. Values are
//! any that the encoding can carry; the checks of a device's own code are not known here.

use std::collections::HashMap;

use super::{below, once_in, Unstructured};
use crate::decode::{Kind, ScalarKind};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_DEPTH;
use crate::schema::{
    ArrayKey, Body as Layout, Count, Description, Field, FieldEntry, Presence, Schema, Shape, Size,
};
use crate::vmstate::subsection_name;
use crate::wire::{marker, Reader, Writer};

/// Bytes of one made-up body. Real ones are far below; a table of the wire can announce any number of elements.
const MAX_LEN: usize = 4 << 20;

/// A value.
#[derive(Clone, Debug)]
pub struct Body {
    /// As it stands in a section.
    pub bytes: Vec<u8>,
    /// What a stream says of it.
    pub description: Description,
}

impl Body {
    /// A value of `schema` at `version`.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a table that nests too deep or is too large, or whose names the format cannot carry; and for a value that
    /// no QEMU could load: bytes behind a struct that by chance are those of a subsection of it.
    pub fn new(schema: &Schema, version: u32, u: &mut Unstructured<'_>) -> Result<Self> {
        let mut maker = Maker {
            u,
            out: Writer::new(),
            depth: 0,
            ends: Vec::new(),
        };
        let description = maker.table(schema, version)?;
        let (bytes, ends) = (maker.out.into_bytes(), maker.ends);
        for (end, name) in ends {
            let behind = Reader::new(bytes.get(end..).unwrap_or_default());
            if !name.is_empty() && subsection_name(&behind, name).is_some() {
                let message = format!("what stands behind `{name}` looks like a subsection of it");
                return Err(Error::new(ErrorKind::Limit, message));
            }
        }
        Ok(Self { bytes, description })
    }
}

struct Maker<'u, 'd, 's> {
    u: &'u mut Unstructured<'d>,
    out: Writer,
    depth: usize,
    /// Where a table has ended, and its name: QEMU looks for subsections of that name there.
    ends: Vec<(usize, &'s str)>,
}

/// What one element turned out to be.
struct Element {
    type_name: String,
    body: Layout,
    size: u64,
    /// Whether every other element of the field is described by this one.
    plain: bool,
}

impl<'s> Maker<'_, '_, 's> {
    fn table(&mut self, schema: &'s Schema, version: u32) -> Result<Description> {
        if self.depth == MAX_DEPTH {
            return Err(Error::new(
                ErrorKind::Limit,
                format!("tables nest deeper than {MAX_DEPTH}"),
            ));
        }
        self.depth += 1;
        let mut counts: HashMap<&str, u64> = HashMap::new();
        for field in &schema.fields {
            if let Count::Field { name, .. } = &field.count {
                counts.insert(name, below(self.u, 5) as u64);
            }
        }
        let start = self.out.len();
        let mut fields = Vec::new();
        for (index, field) in schema.fields.iter().enumerate() {
            if !self.is_there(field, version) {
                // A count that is not sent counts nothing.
                if let Some(count) = counts.get_mut(field.name.as_str()) {
                    *count = 0;
                }
                continue;
            }
            let name = json_name(schema, index);
            let written = self.field(field, &name, &counts);
            fields.extend(written.map_err(|error| error.inside(name))?);
        }
        let mut subsections = Vec::new();
        // Behind an element without a byte, a subsection would be loaded into the element before it.
        let sent = self.out.len() > start;
        for subsection in schema.subsections.iter().filter(|_| sent) {
            if once_in(self.u, 2) {
                let written = self.subsection(subsection);
                subsections.push(written.map_err(|error| error.inside(subsection.name.clone()))?);
            }
        }
        self.depth -= 1;
        self.ends.push((self.out.len(), &schema.name));
        Ok(Description {
            vmsd_name: schema.name.clone(),
            version,
            fields,
            subsections,
        })
    }

    fn subsection(&mut self, schema: &'s Schema) -> Result<Description> {
        let version = schema.version.unwrap_or(1);
        self.out.u8(marker::SUBSECTION);
        self.out.counted_string(&schema.name)?;
        self.out.u32(version);
        self.table(schema, version)
    }

    fn is_there(&mut self, field: &Field, version: u32) -> bool {
        match field.presence {
            Presence::Since(since) => since <= version,
            Presence::Conditional => once_in(self.u, 2),
            Presence::Unknown => true,
        }
    }

    /// The entries of all elements.
    fn field(
        &mut self,
        field: &'s Field,
        name: &str,
        counts: &HashMap<&str, u64>,
    ) -> Result<Vec<FieldEntry>> {
        let count = match &field.count {
            Count::One => 1,
            Count::Fixed(count) | Count::Seen(count) => *count,
            Count::Field { name, times } => counts
                .get(name.as_str())
                .copied()
                .unwrap_or(0)
                .saturating_mul(*times),
            Count::Unknown => field.host.and_then(|host| host.num).unwrap_or(1).max(1),
        };
        let own = counts.get(field.name.as_str()).copied();
        let mut entries: Vec<FieldEntry> = Vec::new();
        let many = count != 1;
        for index in 0..count {
            if let Shape::Pointer { marked: true, .. } = field.shape {
                let there = once_in(self.u, 2);
                self.out.u8(match there {
                    true => marker::VALID_POINTER,
                    false => marker::NULL_POINTER,
                });
                entries.push(pointer_marker(name));
                if !there {
                    continue;
                }
            }
            let element = self.element(field, own)?;
            let marked = matches!(field.shape, Shape::Pointer { marked: true, .. });
            let array = match (many && !marked, element.plain) {
                (false, _) => ArrayKey::Single,
                (true, true) => ArrayKey::Len(count),
                (true, false) => ArrayKey::Index(index),
            };
            let compressed = index > 0 && array == ArrayKey::Len(count);
            if !compressed {
                entries.push(FieldEntry {
                    name: name.to_owned(),
                    array,
                    type_name: element.type_name,
                    body: element.body,
                    size: element.size,
                });
            }
        }
        Ok(entries)
    }

    fn element(&mut self, field: &'s Field, own: Option<u64>) -> Result<Element> {
        if self.out.len() > MAX_LEN {
            let message = format!("a value of more than {MAX_LEN} bytes");
            return Err(Error::new(ErrorKind::Limit, message));
        }
        let start = self.out.len();
        let mut element = self.shape(&field.shape, field, own)?;
        element.size = (self.out.len() - start) as u64;
        Ok(element)
    }

    fn shape(&mut self, shape: &'s Shape, field: &'s Field, own: Option<u64>) -> Result<Element> {
        let element = |type_name: &str, body, plain| Element {
            type_name: type_name.to_owned(),
            body,
            size: 0,
            plain,
        };
        Ok(match shape {
            Shape::Leaf { type_name, size } => {
                self.leaf(type_name, *size, field, own)?;
                let plain = matches!(Kind::of(type_name), Kind::Scalar(_) | Kind::Word)
                    || matches!(size, Size::Fixed(_) | Size::Seen(_));
                element(type_name, Layout::Leaf, plain)
            }
            Shape::Struct(schema) | Shape::Nested(schema) => {
                let inner = self.table(schema, schema.version.unwrap_or(1))?;
                element("struct", Layout::Struct(Some(Box::new(inner))), false)
            }
            Shape::VStruct(schema, version) => {
                let inner = self.table(schema, *version)?;
                element("vstruct", Layout::Inline(vec![inner]), false)
            }
            Shape::List { type_name, entry } => {
                let inner = self.list(type_name, entry)?;
                element(type_name, Layout::Inline(inner), false)
            }
            Shape::Pointer { marked: false, .. } if once_in(self.u, 3) => {
                self.out.u8(marker::NULL_POINTER);
                element("nullptr", Layout::Leaf, false)
            }
            Shape::Pointer { to, .. } => Element {
                plain: false,
                ..self.shape(to, field, own)?
            },
            Shape::Unknown => {
                let host = field.host.map_or(0, |host| host.size);
                let len = usize::try_from(host).unwrap_or(usize::MAX).min(MAX_LEN);
                self.bytes(len);
                element("unknown", Layout::Leaf, true)
            }
        })
    }

    fn leaf(&mut self, type_name: &str, size: Size, field: &Field, own: Option<u64>) -> Result<()> {
        let said = match size {
            Size::Fixed(len) | Size::Seen(len) => usize::try_from(len).ok(),
            Size::ByValue | Size::Unknown => None,
        };
        let host = || field.host.and_then(|host| usize::try_from(host.size).ok());
        match Kind::of(type_name) {
            Kind::Scalar(kind) => match (kind, own) {
                (ScalarKind::Bool, _) => self.out.u8(u8::from(once_in(self.u, 2))),
                (_, Some(count)) => self.number(count, kind.width()),
                _ => self.bytes(kind.width()),
            },
            Kind::Counted32 => {
                let len = below(self.u, 9);
                self.number(len as u64, 4);
                self.bytes(len);
            }
            Kind::Counted8 => {
                let len = below(self.u, 9);
                self.number(len as u64, 1);
                self.bytes(len);
            }
            Kind::Null => self.out.u8(marker::NULL_POINTER),
            _ if type_name == "pci irq state" => {
                let pins = said.unwrap_or(16) / 4;
                for _ in 0..pins {
                    let level = u32::from(once_in(self.u, 2));
                    self.out.u32(level);
                }
            }
            _ if type_name == "unused_buffer" => self.out.zeros(said.unwrap_or(0).min(MAX_LEN)),
            _ => {
                let len = said.or_else(host).unwrap_or_else(|| below(self.u, 5));
                if len > MAX_LEN {
                    let message = format!("a field of {len} bytes");
                    return Err(Error::new(ErrorKind::Limit, message));
                }
                self.bytes(len);
            }
        }
        Ok(())
    }

    /// Elements between their marks, and what describes each.
    fn list(&mut self, type_name: &str, entry: &'s [Schema]) -> Result<Vec<Description>> {
        let kind = Kind::of(type_name);
        if kind == Kind::Inline {
            let inner = entry.first().map_or(Ok(Description::default()), |inner| {
                self.table(inner, inner.version.unwrap_or(1))
            });
            return Ok(vec![inner?]);
        }
        let count = if entry.is_empty() {
            0
        } else {
            below(self.u, 4)
        };
        if kind == Kind::Tree {
            self.number(count as u64, 4);
        }
        let mut described = Vec::new();
        for _ in 0..count {
            self.out.u8(1);
            if let (Kind::Tree, [_]) = (kind, entry) {
                self.bytes(8);
            }
            for inner in entry {
                described.push(self.table(inner, inner.version.unwrap_or(1))?);
            }
        }
        self.out.u8(0);
        Ok(described)
    }

    fn bytes(&mut self, len: usize) {
        let there = len.min(self.u.len());
        self.out.bytes(self.u.bytes(there).unwrap_or_default());
        self.out.zeros(len - there);
    }

    /// A number of `width` bytes, the lowest of it.
    fn number(&mut self, value: u64, width: usize) {
        let bytes = value.to_be_bytes();
        let low = bytes.get(bytes.len().saturating_sub(width)..);
        self.out.bytes(low.unwrap_or_default());
    }
}

/// The entry that stands before each element of an array that marks them (11.x).
fn pointer_marker(name: &str) -> FieldEntry {
    FieldEntry {
        name: name.to_owned(),
        array: ArrayKey::Single,
        type_name: "ptr-marker".to_owned(),
        body: Layout::Leaf,
        size: 1,
    }
}

/// The name in a stream's JSON: with its number where the table has it more than once.
fn json_name(schema: &Schema, index: usize) -> String {
    let Some(field) = schema.fields.get(index) else {
        return String::new();
    };
    let same = |other: &&Field| other.name == field.name;
    match schema.fields.iter().filter(same).count() {
        1 => field.name.clone(),
        _ => {
            let before = schema.fields.iter().take(index).filter(same).count();
            format!("{}[{before}]", field.name)
        }
    }
}
