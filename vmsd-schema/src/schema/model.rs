//! The static table of a device: what *can* be on the wire, at which version.
//!
//! Sources know different things (a derive everything, a stream only what was there, a dump only version
//! floors), so facts that a source may lack are `Option`s: `None` means *unknown*, never *no*.

/// A VMStateDescription.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The description's name.
    pub name: String,
    /// The version that is written, and the newest that loads.
    pub version: Option<u32>,
    /// The oldest version that loads.
    pub minimum_version: Option<u32>,
    /// Fields in the order of the wire.
    pub fields: Vec<Field>,
    /// Subsections in the order of the wire.
    pub subsections: Vec<Self>,
    /// Whether these are all fields and subsections that the table has.
    pub extent: Extent,
    /// Where the section stands among the others.
    pub priority: Option<Priority>,
    /// Whether the section is sent during setup.
    pub early_setup: Option<bool>,
    /// Whether the device blocks migration.
    pub unmigratable: Option<bool>,
    /// Whether this is an old-style handler without a description.
    pub opaque: Option<bool>,
}

/// How much of a table a [`Schema`] lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// Nothing is known of the contents.
    #[default]
    Unknown,
    /// What some values had; the table may have more.
    Seen,
    /// Everything, at every version that loads.
    Whole,
}

/// When a section is saved and loaded: higher ones first (`MigrationPriority`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// In the order of registration.
    #[default]
    Default,
    /// Must be loaded before PCI devices.
    Iommu,
    /// Must be loaded before PCI devices behind it.
    PciBus,
    /// Must be loaded before devices that touch guest memory.
    VirtioMem,
    /// Must be loaded before PCI devices.
    GicV3Its,
    /// Must be loaded before the ITS.
    GicV3,
    /// Must be loaded before other interrupt controllers (11.x).
    Apic,
    /// Before all others.
    Max,
}

impl Priority {
    /// All, the last that is loaded first.
    pub const ALL: [Self; 8] = [
        Self::Default,
        Self::Iommu,
        Self::PciBus,
        Self::VirtioMem,
        Self::GicV3Its,
        Self::GicV3,
        Self::Apic,
        Self::Max,
    ];

    /// The name in schema files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Iommu => "iommu",
            Self::PciBus => "pci-bus",
            Self::VirtioMem => "virtio-mem",
            Self::GicV3Its => "gicv3-its",
            Self::GicV3 => "gicv3",
            Self::Apic => "apic",
            Self::Max => "max",
        }
    }

    /// The priority of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|priority| priority.name() == name)
    }
}

/// One field of a [`Schema`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The name in the table, without the `[k]` that a stream's JSON adds where the table has it twice.
    pub name: String,
    /// Names that some versions of QEMU show instead.
    pub aliases: Vec<String>,
    /// When the field is on the wire.
    pub presence: Presence,
    /// How many elements it has.
    pub count: Count,
    /// What one element looks like.
    pub shape: Shape,
    /// Which part of the C array it is, as its author wrote it: `0..8`.
    pub range: Option<String>,
    /// What a load refuses, beside what the encoding itself compares.
    pub constraints: Vec<Constraint>,
    /// What only a `-dump-vmstate` says.
    pub host: Option<Host>,
}

impl Field {
    /// Whether some version of QEMU calls the field `name`.
    #[must_use]
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }
}

/// A check of a loaded value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// At most this, an expression of the device's author.
    Max(String),
    /// A check of the device's own, by its name.
    Validate(String),
}

/// The C side of a field. It is never compared with anything on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Host {
    /// The table's `version_id`; without meaning where a predicate decides.
    pub version_id: u32,
    /// `num`; QEMU before 8.1 does not say it.
    pub num: Option<u64>,
    /// `sizeof` one element in memory.
    pub size: u64,
}

/// When a field is on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// From this version on; 0 is always.
    Since(u32),
    /// When a predicate of the device says so, whatever the version.
    Conditional,
    /// The source does not tell.
    #[default]
    Unknown,
}

/// How many elements a field has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Count {
    /// One value.
    One,
    /// So many.
    Fixed(u64),
    /// As many as another field says, times a constant.
    Field {
        /// The field that holds the count.
        name: String,
        /// Elements for each.
        times: u64,
    },
    /// So many this time.
    Seen(u64),
    /// The source does not tell.
    #[default]
    Unknown,
}

/// What one element of a field looks like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A value of a named encoding.
    Leaf {
        /// QEMU's name of the encoding.
        type_name: String,
        /// Bytes on the wire.
        size: Size,
    },
    /// A nested description at its own version.
    Struct(Box<Schema>),
    /// A nested description at a pinned version (`VMS_VSTRUCT`).
    VStruct(Box<Schema>, u32),
    /// A list or tree whose elements are described by these: the value's, or key's and value's.
    List {
        /// `qtailq`, `qlist`, `gtree` or `tmp`.
        type_name: String,
        /// Descriptions of what one entry contains, in wire order; none where the list was empty.
        entry: Vec<Schema>,
    },
    /// Described fields, of which the source does not tell whether they are a struct, a list or something else.
    Nested(Box<Schema>),
    /// A pointer that may be NULL, with or without a marker before each that is not.
    Pointer {
        /// Whether every element has a marker.
        marked: bool,
        /// What it points to.
        to: Box<Self>,
    },
    /// The source does not tell.
    #[default]
    Unknown,
}

/// Bytes of a leaf on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// Always so many.
    Fixed(u64),
    /// As many as the value needs.
    ByValue,
    /// So many this time.
    Seen(u64),
    /// The source does not tell.
    #[default]
    Unknown,
}

impl Shape {
    /// A leaf of a fixed width.
    #[must_use]
    pub fn leaf(type_name: &str, size: u64) -> Self {
        Self::Leaf {
            type_name: type_name.to_owned(),
            size: Size::Fixed(size),
        }
    }

    /// A leaf whose width depends on the value.
    #[must_use]
    pub fn sized_by_value(type_name: &str) -> Self {
        Self::Leaf {
            type_name: type_name.to_owned(),
            size: Size::ByValue,
        }
    }

    /// The table of what one element contains; of a tree the value's.
    #[must_use]
    pub fn described(&self) -> Option<&Schema> {
        match self {
            Self::Struct(schema) | Self::VStruct(schema, _) | Self::Nested(schema) => Some(schema),
            Self::List { entry, .. } => entry.last(),
            Self::Pointer { to, .. } => to.described(),
            Self::Leaf { .. } | Self::Unknown => None,
        }
    }

    /// The tables of what one element contains, in wire order: of a tree the key's and the value's.
    #[must_use]
    pub fn tables(&self) -> &[Schema] {
        match self {
            Self::Struct(schema) | Self::VStruct(schema, _) | Self::Nested(schema) => {
                std::slice::from_ref(schema)
            }
            Self::List { entry, .. } => entry,
            Self::Pointer { to, .. } => to.tables(),
            Self::Leaf { .. } | Self::Unknown => &[],
        }
    }

    /// Shows `work` each of [`Self::tables`].
    pub fn each_table(&mut self, work: &mut dyn FnMut(&mut Schema)) {
        match self {
            Self::Struct(schema) | Self::VStruct(schema, _) | Self::Nested(schema) => work(schema),
            Self::List { entry, .. } => entry.iter_mut().for_each(work),
            Self::Pointer { to, .. } => to.each_table(work),
            Self::Leaf { .. } | Self::Unknown => {}
        }
    }
}
