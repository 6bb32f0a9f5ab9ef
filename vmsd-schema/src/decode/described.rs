//! A body, read by its description: every field gets its name, its place and its value.
//!
//! The description is not trusted. Sizes, subsection headers and list lengths that it states must be those of the bytes.

use super::group;
use super::kind::{Kind, ScalarKind};
use super::node::{Branch, Content, Key, Node, Reason, Struct, Subsection};
use super::pointee;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_DEPTH, MAX_DESCRIPTION_NODES};
use crate::schema::{ArrayKey, Body, Description, FieldEntry};
use crate::vmstate::subsection_name;
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
        let mut elements = Vec::new();
        let (mut announced, mut number) = (false, 0_usize);
        for (position, entry) in entries.iter().enumerate() {
            let copy = self.copy;
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
                    break;
                }
            }
            self.copy = copy;
        }
        if announced {
            return Err(reader.error(
                ErrorKind::Marker,
                "a pointer is there, and the description has no element for it",
            ));
        }
        if elements.len() == 1 {
            if let Some(node) = elements.pop() {
                return Ok(Node { name, ..node });
            }
        }
        let bytes = passed(&start, reader);
        Ok(Node {
            name,
            type_name,
            offset: start.offset(),
            bytes,
            content: Content::Elements(elements),
        })
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

    /// Descriptions that stand in the field's own object.
    fn inline<'s>(
        &mut self,
        entry: &FieldEntry,
        inner: &'s [Description],
        reader: &mut Reader<'s>,
    ) -> Result<Content<'s>> {
        match (Kind::of(&entry.type_name), inner) {
            (Kind::List, _) => self.list(inner, reader),
            (Kind::Tree, _) => self.tree(inner, reader),
            (Kind::Inline, [inner]) => self.vmsd(inner, reader).map(Content::Struct),
            _ => self.leaf(entry, reader),
        }
    }

    /// Every element has its own description; a copy of the list has no more than those of the first.
    fn list<'s>(
        &mut self,
        inner: &'s [Description],
        reader: &mut Reader<'s>,
    ) -> Result<Content<'s>> {
        let start = reader.offset();
        let mut elements = Vec::new();
        let mut sent = 0_usize;
        while reader.u8()? != 0 {
            let description = self.nth(inner, sent, sent, start, reader)?;
            let element = self
                .vmsd(description, reader)
                .map_err(|error| error.inside_index(sent))?;
            sent += 1;
            if self.build {
                elements.push(element);
            }
        }
        self.all_sent(sent, inner.len(), start)?;
        Ok(Content::List(elements))
    }

    fn tree<'s>(
        &mut self,
        inner: &'s [Description],
        reader: &mut Reader<'s>,
    ) -> Result<Content<'s>> {
        let start = reader.offset();
        let announced = u64::from(reader.u32()?);
        let distinct = inner
            .get(..2)
            .is_some_and(|pair| matches!(pair, [a, b] if a.vmsd_name != b.vmsd_name));
        let described = inner.len() as u64;
        let keys = described == announced * 2 && announced > 0 || self.copy && distinct;
        let mut branches = Vec::new();
        let (mut sent, mut nodes) = (0_usize, 0_u64);
        while reader.u8()? != 0 {
            let key = if keys {
                let description = self.nth(inner, sent, sent % 2, start, reader)?;
                sent += 1;
                Key::Struct(self.vmsd(description, reader)?)
            } else {
                let offset = reader.offset();
                Key::Direct {
                    offset,
                    value: reader.u64()?,
                }
            };
            let description = self.nth(inner, sent, sent % 2, start, reader)?;
            sent += 1;
            nodes += 1;
            let value = self.vmsd(description, reader)?;
            if self.build {
                branches.push(Branch { key, value });
            }
        }
        if nodes != announced {
            let message = format!("the tree announces {announced} nodes and has {nodes}");
            return Err(Error::at(ErrorKind::Count, start, message));
        }
        self.all_sent(sent, inner.len(), start)?;
        Ok(Content::Tree(branches))
    }

    /// The description of element `sent`; in a copy, that of `like` where there are not so many.
    fn nth<'s>(
        &self,
        inner: &'s [Description],
        sent: usize,
        like: usize,
        start: u64,
        reader: &Reader<'_>,
    ) -> Result<&'s Description> {
        let last = if self.copy {
            inner.get(like).or(inner.last())
        } else {
            None
        };
        inner.get(sent).or(last).ok_or_else(|| {
            let at = if self.copy { reader.offset() } else { start };
            let message = format!(
                "the description has {} elements of the list, and the stream more",
                inner.len()
            );
            Error::at(ErrorKind::Description, at, message)
        })
    }

    fn all_sent(&self, sent: usize, described: usize, start: u64) -> Result<()> {
        if self.copy || sent == described {
            return Ok(());
        }
        let message =
            format!("the description has {described} elements of the list, and the stream {sent}");
        Err(Error::at(ErrorKind::Description, start, message))
    }

    fn subsection<'s>(
        &mut self,
        description: &'s Description,
        reader: &mut Reader<'s>,
    ) -> Result<Subsection<'s>> {
        let start = reader.clone();
        let Description {
            vmsd_name, version, ..
        } = description;
        let says = |stream: String| {
            let message = format!(
                "the description says subsection `{vmsd_name}`, and the stream has {stream}"
            );
            Error::at(ErrorKind::Description, start.offset(), message)
        };
        match reader.peek() {
            Some(marker::SUBSECTION) => reader.skip(1)?,
            Some(other) => return Err(says(format!("byte {other:#04x}"))),
            None => return Err(reader.truncated(1)),
        }
        let name = reader.counted_bytes()?;
        if name != vmsd_name.as_bytes() {
            return Err(says(format!("`{}`", String::from_utf8_lossy(name))));
        }
        let sent = reader.u32()?;
        if sent != *version {
            return Err(says(format!("version {sent} of it, not {version}")));
        }
        let header = passed(&start, reader);
        Ok(Subsection {
            offset: start.offset(),
            header,
            body: self.vmsd(description, reader)?,
        })
    }

    /// QEMU would load a subsection that stands here; the description must not leave it out.
    fn no_more(&self, description: &Description, reader: &Reader<'_>) -> Result<()> {
        let Description { vmsd_name, .. } = description;
        if vmsd_name.is_empty() || self.stopped {
            return Ok(());
        }
        let Some(name) = subsection_name(reader, vmsd_name) else {
            return Ok(());
        };
        let name = String::from_utf8_lossy(name);
        let message = format!(
            "the stream has subsection `{name}`, which the description of `{vmsd_name}` leaves out"
        );
        Err(reader.error(ErrorKind::Description, message))
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
