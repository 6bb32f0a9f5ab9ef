//! The description of *one value*: which fields and subsections a device wrote this time, with their
//! types and sizes on the wire. It is the tree behind the stream's JSON (`vmstate_save_state_v` with a
//! JSON writer) and behind [`crate::describe`].

/// The whole description at the tail of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamDescription {
    /// The configuration section; QEMU 10.0 and newer describe it.
    pub configuration: Option<Description>,
    /// The target's page size in bytes.
    pub page_size: u64,
    /// Devices, in the order in which they were saved.
    pub devices: Vec<DeviceEntry>,
}

/// One device of a [`StreamDescription`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEntry {
    /// The section's idstr: `0000:00:01.3/piix4_pm`.
    pub name: String,
    /// The section's instance.
    pub instance_id: u32,
    /// Its layout.
    pub form: DeviceForm,
}

/// How a device describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceForm {
    /// Fields of a VMStateDescription.
    Vmsd(Description),
    /// An old-style handler: so many bytes that only the handler understands.
    Opaque {
        /// Bytes on the wire.
        size: u64,
    },
}

/// What one VMStateDescription wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// The VMStateDescription's name.
    pub vmsd_name: String,
    /// The version that was written.
    pub version: u32,
    /// Fields in the order of the wire.
    pub fields: Vec<FieldEntry>,
    /// Subsections in the order of the wire; they follow the fields.
    pub subsections: Vec<Self>,
}

/// One entry of a `fields` list: a field, one element of an array, or a run of elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldEntry {
    /// The field's name, with `[k]` where the name stands more than once in the table.
    pub name: String,
    /// Whether the entry is an array, one of its elements, or neither.
    pub array: ArrayKey,
    /// QEMU's name of the encoding: `uint32`, `struct`, `pci config` …
    pub type_name: String,
    /// What the entry contains.
    pub body: Body,
    /// Bytes on the wire of one element, for an array of the first one.
    pub size: u64,
}

/// The array key of a [`FieldEntry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrayKey {
    /// No key: a single value.
    Single,
    /// `array_len`: so many elements like this one.
    Len(u64),
    /// `index`: one element that is described by itself.
    Index(u64),
}

/// What a [`FieldEntry`] contains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A value that the type name alone explains, or that is opaque.
    Leaf,
    /// `"struct": {…}`; `None` is the empty object that QEMU up to 9.1 writes for an array whose first pointer is NULL.
    Struct(Option<Box<Description>>),
    /// Descriptions written into the field's own object: one of a `vstruct` or `tmp`, one per element of a list,
    /// key and value in turn of a tree. JSON repeats its keys for each.
    Inline(Vec<Description>),
}

impl FieldEntry {
    /// How many elements the entry stands for.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self.array {
            ArrayKey::Len(count) => count,
            ArrayKey::Single | ArrayKey::Index(_) => 1,
        }
    }

    /// The description of the entry's struct, if it is one.
    #[must_use]
    pub fn structure(&self) -> Option<&Description> {
        match &self.body {
            Body::Struct(description) => description.as_deref(),
            Body::Inline(descriptions) => descriptions.first(),
            Body::Leaf => None,
        }
    }
}

impl Description {
    /// The entries of the field that is called `name` in the JSON, in order.
    pub fn entries<'d>(&'d self, name: &'d str) -> impl Iterator<Item = &'d FieldEntry> + 'd {
        self.fields.iter().filter(move |entry| entry.name == name)
    }

    /// The subsection of that name, if it was sent.
    #[must_use]
    pub fn subsection(&self, name: &str) -> Option<&Self> {
        self.subsections
            .iter()
            .find(|subsection| subsection.vmsd_name == name)
    }
}
