//! The walk that writes and says what it wrote: the source of the description's JSON, and of values by name.

use super::identity::Identity;
use super::saver::{first, subsection_header, visit_all};
use super::{Codec, Counted, Elements, FieldMeta, Visitor, VmState};
use crate::error::{Error, Result};
use crate::schema::dialect::{Element, ElementKind, FieldForm};
use crate::schema::{Body, Description, Dialect, FieldEntry};
use crate::value::Value;
use crate::wire::Writer;

/// A value as it stands on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Described {
    /// The body.
    pub bytes: Vec<u8>,
    /// What QEMU's JSON says of it.
    pub description: Description,
    /// The fields by name, subsections by full name.
    pub value: Value,
}

/// How a value stands on the wire, without what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The body.
    pub bytes: Vec<u8>,
    /// What QEMU's JSON says of it.
    pub description: Description,
}

/// Writes the fields it is shown and describes them.
#[derive(Debug)]
pub struct Describer {
    dialect: Dialect,
    writer: Writer,
    entries: Vec<FieldEntry>,
    subsections: Vec<Description>,
    values: Vec<(String, Value)>,
    /// Of the field that is being described.
    elements: Vec<Element>,
    element_values: Vec<Value>,
    /// Whether values are laid open that QEMU describes by their size alone.
    explains: bool,
    /// Whether nobody asks for the values: then elements that are described once for all are looked at once.
    layout_only: bool,
    /// Whether the elements of the field that is being described are such.
    alike: bool,
    /// Why a field could not be written. It is told at the end of its description, so that no field has a branch for it.
    failed: Option<Error>,
}

impl Describer {
    /// A describer for one dialect.
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            writer: Writer::new(),
            entries: Vec::new(),
            subsections: Vec::new(),
            values: Vec::new(),
            elements: Vec::new(),
            element_values: Vec::new(),
            explains: false,
            layout_only: false,
            alike: false,
            failed: None,
        }
    }

    /// This describer, which shows the layout of values that QEMU describes by their type's name and size alone. The
    /// description is not QEMU's then, but one that [`crate::decode::decode`] reads to the last field.
    #[must_use]
    pub fn explaining(mut self) -> Self {
        self.explains = true;
        self
    }

    /// The dialect.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Describes a whole device.
    ///
    /// # Errors
    /// As [`VmState::save`].
    pub fn describe<S: VmState>(mut self, state: &mut S, version: u32) -> Result<Described> {
        let (description, value) = self.vmsd(state, version)?;
        Ok(Described {
            bytes: self.writer.into_bytes(),
            description,
            value,
        })
    }

    /// Describes how a whole device is laid out, and leaves its values.
    ///
    /// # Errors
    /// As [`VmState::save`].
    pub fn layout<S: VmState>(mut self, state: &mut S, version: u32) -> Result<Layout> {
        self.layout_only = true;
        let Described {
            bytes, description, ..
        } = self.describe(state, version)?;
        Ok(Layout { bytes, description })
    }

    /// The elements `values` of an array, one after the other.
    pub(crate) fn array<T, C: Codec<T>>(&mut self, values: &mut [T]) -> Result<()> {
        let before = self.elements.len();
        for (index, value) in values.iter_mut().enumerate() {
            let written = match self.alike && index > 0 {
                true => C::save(value, &mut self.writer),
                false => C::describe(value, self),
            };
            written.map_err(|error| error.inside_index(index))?;
        }
        if self.alike {
            let each = self.elements.len() - before;
            self.like_the_first(each * values.len().saturating_sub(1));
        }
        Ok(())
    }

    /// So many more elements, which the first one's entry stands for.
    fn like_the_first(&mut self, count: usize) {
        let kind = ElementKind::Value {
            type_name: "",
            body: Body::Leaf,
        };
        let like = Element { kind, size: 0 };
        self.elements.resize(self.elements.len() + count, like);
    }

    /// An element of type `type_name` that `save` writes.
    pub fn leaf(
        &mut self,
        type_name: &'static str,
        value: Value,
        save: impl FnOnce(&mut Writer) -> Result<()>,
    ) -> Result<()> {
        let start = self.writer.len();
        save(&mut self.writer)?;
        self.push(type_name, Body::Leaf, start);
        self.element_values.push(value);
        Ok(())
    }

    /// A nested struct, described under `struct`.
    pub fn structure<S: VmState>(&mut self, state: &mut S) -> Result<()> {
        let start = self.writer.len();
        let (description, value) = self.vmsd(state, S::VERSION)?;
        self.push("struct", Body::Struct(Some(Box::new(description))), start);
        self.element_values.push(value);
        Ok(())
    }

    /// An element of type `type_name` that QEMU describes by its size alone, and that is laid out as `state`.
    pub fn explained<S: VmState>(&mut self, type_name: &'static str, state: &mut S) -> Result<()> {
        let offset = self.writer.len();
        let (description, value) = self.vmsd(state, S::VERSION)?;
        let body = match self.explains {
            true => Body::Struct(Some(Box::new(description))),
            false => Body::Leaf,
        };
        self.push(type_name, body, offset);
        self.element_values.push(value);
        Ok(())
    }

    /// An element of type `type_name` whose descriptions stand in the field's own object. `fill` writes, and returns
    /// the descriptions and the value.
    pub fn inline(
        &mut self,
        type_name: &'static str,
        fill: impl FnOnce(&mut Self) -> Result<(Vec<Description>, Value)>,
    ) -> Result<()> {
        let start = self.writer.len();
        let (descriptions, value) = fill(self)?;
        self.push(type_name, Body::Inline(descriptions), start);
        self.element_values.push(value);
        Ok(())
    }

    /// A NULL in an array of pointers to `type_name`.
    pub fn null(&mut self, type_name: &'static str) {
        let start = self.writer.len();
        self.writer.u8(crate::wire::marker::NULL_POINTER);
        self.elements.push(Element {
            kind: ElementKind::Null { type_name },
            size: (self.writer.len() - start) as u64,
        });
        self.element_values.push(Value::Null);
    }

    /// An array of `count` pointers whose first is NULL, as QEMU up to 9.1 describes it: by that one. `bytes` are all of it.
    pub fn undescribed(&mut self, count: usize, bytes: &[u8]) {
        self.writer.bytes(bytes);
        let null = || Element {
            kind: ElementKind::Null {
                type_name: "struct",
            },
            size: 1,
        };
        self.elements
            .extend(std::iter::repeat_with(null).take(count));
        self.element_values.push(Value::Bytes(bytes.to_vec()));
    }

    /// The marker of one element in an array that marks each.
    pub fn marker(&mut self, valid: bool) {
        use crate::wire::marker::{NULL_POINTER, VALID_POINTER};
        self.writer
            .u8(if valid { VALID_POINTER } else { NULL_POINTER });
        self.elements.push(Element {
            kind: ElementKind::Marker,
            size: 1,
        });
        if !valid {
            self.element_values.push(Value::Null);
        }
    }

    /// The buffer, for framing that a list or tree writes around its elements.
    pub fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }

    /// Writes and describes a nested value at `version`.
    pub fn vmsd<S: VmState>(
        &mut self,
        state: &mut S,
        version: u32,
    ) -> Result<(Description, Value)> {
        Identity::of::<S>().check(version)?;
        state
            .hook_pre_save()
            .map_err(|error| error.inside("pre_save"))?;
        let mut inner = self.open();
        let walked = visit_all(state, &mut inner, version);
        state.hook_post_save();
        self.close(inner, walked, S::NAME, version)
    }

    /// The describer of a nested value, which goes on with the bytes.
    fn open(&mut self) -> Self {
        Self {
            writer: std::mem::take(&mut self.writer),
            explains: self.explains,
            layout_only: self.layout_only,
            ..Self::new(self.dialect)
        }
    }

    /// What the describer of a nested value found.
    fn close(
        &mut self,
        inner: Self,
        walked: Result<()>,
        name: &str,
        version: u32,
    ) -> Result<(Description, Value)> {
        self.writer = inner.writer;
        inner.failed.map_or(walked, Err)?;
        let description = Description {
            vmsd_name: name.to_owned(),
            version,
            fields: inner.entries,
            subsections: inner.subsections,
        };
        Ok((description, Value::Struct(inner.values)))
    }

    /// A field. One copy of this for each type of field, not for each field: this walk is not the fast one.
    #[inline(never)]
    fn described_as<T: ?Sized, C: Codec<T>>(&mut self, meta: &'static FieldMeta, value: &mut T) {
        self.described(meta, (C::COMPRESSIBLE, C::POINTERS), &mut |describer| {
            C::describe(value, describer)
        });
    }

    /// A field that `describe` describes.
    fn described(
        &mut self,
        meta: &'static FieldMeta,
        (compressible, pointers): (bool, bool),
        describe: &mut dyn FnMut(&mut Self) -> Result<()>,
    ) {
        if self.failed.is_some() {
            return;
        }
        let compressible = compressible && !meta.uncompressed;
        self.alike = self.layout_only && compressible && !pointers;
        match describe(self) {
            Ok(()) => self.close_field(meta, compressible, pointers),
            Err(error) => self.failed = Some(error.inside(meta.name)),
        }
    }

    fn push(&mut self, type_name: &'static str, body: Body, start: usize) {
        let size = (self.writer.len() - start) as u64;
        self.elements.push(Element {
            kind: ElementKind::Value { type_name, body },
            size,
        });
    }

    fn close_field(&mut self, meta: &'static FieldMeta, compressible: bool, pointers: bool) {
        let json_name = meta.json_name_in(self.dialect);
        let form = FieldForm {
            json_name,
            name: if meta.json_name == meta.name {
                json_name
            } else {
                meta.name
            },
            compressible,
            pointers,
        };
        self.entries.extend(
            self.dialect
                .entries(form, std::mem::take(&mut self.elements)),
        );
        let mut values = std::mem::take(&mut self.element_values);
        if self.layout_only {
            return;
        }
        let value = match values.len() {
            0 => return,
            1 => values.remove(0),
            _ => Value::List(values),
        };
        self.values.push((json_name.to_owned(), value));
    }
}

impl Visitor for Describer {
    #[inline]
    fn field<T: ?Sized, C: Codec<T>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut T,
    ) -> Result<()> {
        self.described_as::<T, C>(meta, value);
        Ok(())
    }

    #[inline]
    fn counted<E: Elements, C: Codec<[E::Item]>>(
        &mut self,
        meta: &'static FieldMeta,
        value: &mut E,
        count: Counted,
        _item_size: usize,
    ) -> Result<()> {
        self.described(meta, (C::COMPRESSIBLE, C::POINTERS), &mut |describer| {
            first(value, count).and_then(|items| C::describe(items, describer))
        });
        Ok(())
    }

    fn subsection<S: VmState + Default>(&mut self, slot: &mut Option<S>) -> Result<()> {
        let Some(state) = slot else { return Ok(()) };
        subsection_header(&mut self.writer, S::NAME, S::VERSION)?;
        let (description, value) = self
            .vmsd(state, S::VERSION)
            .map_err(|error| error.inside(S::NAME))?;
        self.subsections.push(description);
        self.values.push((S::NAME.to_owned(), value));
        Ok(())
    }
}
