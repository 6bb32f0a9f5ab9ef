//! A body, read by its description: every field gets its name, its place and its value.
//!
//! The description is not trusted. Sizes, subsection headers and list lengths that it states must be those of the bytes.

mod containers;
mod subsections;

use super::group;
use super::kind::{Kind, ScalarKind};
use super::node::{Content, Node, Reason, Struct};
use super::pointee;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_DEPTH, MAX_DESCRIPTION_NODES};
use crate::schema::{ArrayKey, Body, Description, FieldEntry};
use crate::wire::{marker, Reader};

/// Whether the reader ends where the body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It does: what nothing explains reaches to its end.
    Known,
    /// More of the stream follows.
    Unknown,
}

/// Reads a body of `description` off `reader`, which stands behind it afterwards.
///
/// # Errors
/// [`ErrorKind::Description`] where bytes and description disagree, [`ErrorKind::Truncated`] where bytes end,
/// [`ErrorKind::Unsupported`] where the description does not say where a field ends.
pub fn decode<'s>(
    description: &'s Description,
    reader: &mut Reader<'s>,
    end: End,
) -> Result<Struct<'s>> {
    Walk::new(reader, end, true).vmsd(description, reader)
}

/// Advances `reader` past a body of `description`, and says how many bytes that was.
///
/// # Errors
/// As [`decode`].
pub fn measure<'s>(description: &'s Description, reader: &mut Reader<'s>) -> Result<u64> {
    let start = reader.offset();
    Walk::new(reader, End::Unknown, false).vmsd(description, reader)?;
    Ok(reader.offset() - start)
}

struct Walk {
    end: End,
    /// Whether the tree is wanted, or only the end.
    build: bool,
    depth: usize,
    /// Whether this is a second or later element that shares one description.
    copy: bool,
    /// Nodes that copies may still have: an array takes few bytes to announce.
    copies_left: usize,
    /// Whether the rest of the body went into an opaque field.
    stopped: bool,
}

impl Walk {
    fn new(reader: &Reader<'_>, end: End, build: bool) -> Self {
        let copies_left = reader
            .remaining()
            .saturating_mul(4)
            .saturating_add(4096)
            .min(MAX_DESCRIPTION_NODES);
        Self {
            end,
            build,
            depth: 0,
            copy: false,
            copies_left,
            stopped: false,
        }
    }

    fn vmsd<'s>(
        &mut self,
        description: &'s Description,
        reader: &mut Reader<'s>,
    ) -> Result<Struct<'s>> {
        if self.depth == MAX_DEPTH {
            return Err(reader.error(
                ErrorKind::Limit,
                format!("descriptions nest deeper than {MAX_DEPTH}"),
            ));
        }
        self.depth += 1;
        let start = reader.clone();
        let (mut fields, mut subsections) = (Vec::new(), Vec::new());
        let mut entries = description.fields.as_slice();
        while let Some((field, rest)) = group::split(entries).filter(|_| !self.stopped) {
            entries = rest;
            let node = self
                .field(&description.vmsd_name, field, reader)
                .map_err(|error| error.inside(group::name(field).to_owned()))?;
            if self.build {
                fields.push(node);
            }
        }
        for subsection in &description.subsections {
            if self.stopped {
                break;
            }
            let subsection = self
                .subsection(subsection, reader)
                .map_err(|error| error.inside(subsection.vmsd_name.clone()))?;
            if self.build {
                subsections.push(subsection);
            }
        }
        self.no_more(description, reader)?;
        self.depth -= 1;
        let Description {
            vmsd_name, version, ..
        } = description;
        let bytes = passed(&start, reader);
        Ok(Struct {
            vmsd_name,
            version: *version,
            offset: start.offset(),
            bytes,
            fields,
            subsections,
        })
    }

    /// All entries of one field.
    fn field<'s>(
        &mut self,
        vmsd: &str,
        entries: &'s [FieldEntry],
        reader: &mut Reader<'s>,
    ) -> Result<Node<'s>> {
        let start = reader.clone();
        let name = group::name(entries);
        let type_name = entries.first().map_or("", |entry| entry.type_name.as_str());
        self.spend(reader)?;
        if let Some((kind, count)) = run_of_scalars(entries) {
            let len = usize::try_from(count)
                .ok()
                .and_then(|count| count.checked_mul(kind.width()));
            let bytes = reader.bytes(len.unwrap_or(usize::MAX))?;
            let content = match count {
                0 => Content::Elements(Vec::new()),
                1 => Content::Scalar(kind.value(bytes)),
                _ => Content::Scalars(kind),
            };
            return Ok(Node {
                name,
                type_name,
                offset: start.offset(),
                bytes,
                content,
            });
        }
        let mut elements = self.elements(vmsd, entries, reader)?;
        match elements.pop() {
            Some(node) if elements.is_empty() => Ok(Node { name, ..node }),
            last => {
                elements.extend(last);
                let (offset, bytes) = (start.offset(), passed(&start, reader));
                let content = Content::Elements(elements);
                Ok(Node {
                    name,
                    type_name,
                    offset,
                    bytes,
                    content,
                })
            }
        }
    }

    /// The elements of a field, marker by marker and element by element; none of them if the tree is not wanted.
    fn elements<'s>(
        &mut self,
        vmsd: &str,
        entries: &'s [FieldEntry],
        reader: &mut Reader<'s>,
    ) -> Result<Vec<Node<'s>>> {
        let mut elements = Vec::new();
        let (mut announced, mut number) = (false, 0_usize);
        let copy = self.copy;
        for (position, entry) in entries.iter().enumerate() {
            for index in 0..group::count(entries, position) {
                self.copy = copy || index > 0;
                let element = self
                    .element(vmsd, entry, reader)
                    .map_err(|error| match entries {
                        [entry] if entry.count() == 1 => error,
                        _ => error.inside_index(number),
                    })?;
                announced = matches!(element.content, Content::Marker);
                number += usize::from(!announced);
                if self.build {
                    elements.push(element);
                }
                if self.stopped {
                    return Ok(elements);
                }
            }
            self.copy = copy;
        }
        if announced {
            let message = "a pointer is there, and the description has no element for it";
            return Err(reader.error(ErrorKind::Marker, message));
        }
        Ok(elements)
    }

    fn spend(&mut self, reader: &Reader<'_>) -> Result<()> {
        if !self.copy {
            return Ok(());
        }
        self.copies_left = self.copies_left.checked_sub(1).ok_or_else(|| {
            reader.error(
                ErrorKind::Limit,
                "the description has far more array elements than there are bytes",
            )
        })?;
        Ok(())
    }

    /// One element of a field.
    fn element<'s>(
        &mut self,
        vmsd: &str,
        entry: &'s FieldEntry,
        reader: &mut Reader<'s>,
    ) -> Result<Node<'s>> {
        self.spend(reader)?;
        let start = reader.clone();
        let content = match &entry.body {
            Body::Leaf => self.leaf(entry, reader)?,
            Body::Struct(Some(_))
                if at_null(reader) && pointee::layout(vmsd, &entry.name).is_some() =>
            {
                reader.skip(1)?;
                Content::Null
            }
            Body::Struct(Some(inner)) => Content::Struct(self.vmsd(inner, reader)?),
            Body::Struct(None) => self.pointee(vmsd, entry, reader)?,
            Body::Inline(inner) => self.inline(entry, inner, reader)?,
        };
        let bytes = passed(&start, reader);
        if !self.copy && bytes.len() as u64 != entry.size && !self.stopped {
            let message = format!(
                "the description says {} bytes, and the field takes {}",
                entry.size,
                bytes.len()
            );
            return Err(Error::at(ErrorKind::Description, start.offset(), message));
        }
        Ok(Node {
            name: &entry.name,
            type_name: &entry.type_name,
            offset: start.offset(),
            bytes,
            content,
        })
    }

    fn leaf<'s>(&mut self, entry: &FieldEntry, reader: &mut Reader<'s>) -> Result<Content<'s>> {
        let size = usize::try_from(entry.size).unwrap_or(usize::MAX);
        match Kind::of(&entry.type_name) {
            Kind::Scalar(kind) if kind.width() == size => {
                Ok(Content::Scalar(kind.value(reader.bytes(size)?)))
            }
            Kind::Scalar(_) if size == 1 && entry.array != ArrayKey::Single && at_null(reader) => {
                match entry.array {
                    ArrayKey::Len(_) => self.rest(reader),
                    _ => reader.skip(1).map(|()| Content::Null),
                }
            }
            Kind::Word => {
                let bytes = reader.bytes(size)?;
                match ScalarKind::word(size) {
                    Some(kind) => Ok(Content::Scalar(kind.value(bytes))),
                    None => Ok(Content::Opaque(Reason::Type)),
                }
            }
            Kind::Raw => reader.bytes(size).map(Content::Bytes),
            Kind::Counted32 => {
                let len = reader.clone().u32()?;
                reader.skip(4)?;
                reader
                    .bytes(usize::try_from(len).unwrap_or(usize::MAX))
                    .map(Content::Bytes)
            }
            Kind::Counted8 => reader.counted_bytes().map(Content::Bytes),
            kind @ (Kind::Null | Kind::Marker) => match (kind, reader.u8()?) {
                (_, marker::NULL_POINTER) => Ok(Content::Null),
                (Kind::Marker, marker::VALID_POINTER) => Ok(Content::Marker),
                (_, other) => {
                    let message =
                        format!("byte {other:#04x} where the description has a pointer marker");
                    Err(Error::at(ErrorKind::Marker, reader.offset() - 1, message))
                }
            },
            Kind::Scalar(_) => reader.skip(size).map(|()| Content::Opaque(Reason::Size)),
            Kind::List | Kind::Tree | Kind::Inline | Kind::Opaque => {
                reader.skip(size).map(|()| Content::Opaque(Reason::Type))
            }
        }
    }

    /// An element that the description leaves empty since the first pointer of the array is NULL.
    fn pointee<'s>(
        &mut self,
        vmsd: &str,
        entry: &FieldEntry,
        reader: &mut Reader<'s>,
    ) -> Result<Content<'s>> {
        let null = at_null(reader);
        match (pointee::layout(vmsd, &entry.name), entry.array) {
            (_, ArrayKey::Single | ArrayKey::Index(_)) if null => {
                reader.skip(1).map(|()| Content::Null)
            }
            (Some(_), _) if null => reader.skip(1).map(|()| Content::Null),
            (Some(layout), ArrayKey::Len(_)) => self.vmsd(layout, reader).map(Content::Struct),
            _ => self.rest(reader),
        }
    }

    /// Everything up to the end of the body.
    fn rest<'s>(&mut self, reader: &mut Reader<'s>) -> Result<Content<'s>> {
        if self.end == End::Unknown {
            return Err(reader.error(ErrorKind::Unsupported, Reason::NullFirst.as_str()));
        }
        reader.skip(reader.remaining())?;
        self.stopped = true;
        Ok(Content::Opaque(Reason::NullFirst))
    }
}

/// The kind and number of scalars, if the field is nothing else.
fn run_of_scalars(entries: &[FieldEntry]) -> Option<(ScalarKind, u64)> {
    let kind_of = |entry: &FieldEntry| match (Kind::of(&entry.type_name), &entry.body) {
        (Kind::Scalar(kind), Body::Leaf) if kind.width() as u64 == entry.size => Some(kind),
        _ => None,
    };
    let kind = kind_of(entries.first()?)?;
    let mut count: u64 = 0;
    for entry in entries {
        if kind_of(entry) != Some(kind) {
            return None;
        }
        count = count.saturating_add(entry.count());
    }
    Some((kind, count))
}

fn at_null(reader: &Reader<'_>) -> bool {
    reader.peek() == Some(marker::NULL_POINTER)
}

/// The bytes between two states of one reader.
fn passed<'s>(start: &Reader<'s>, end: &Reader<'_>) -> &'s [u8] {
    start
        .rest()
        .get(..end.consumed() - start.consumed())
        .unwrap_or_default()
}
