//! The header of a section, and which grammar its body has.

use std::fmt;
use std::sync::Arc;

use super::input::{fail_at, Input, Step};
use super::name::{InstanceId, Name, SectionId};
use crate::error::{ErrorKind, Result};
use crate::wire::{marker, Writer};

/// The four types of section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SectionKind {
    /// The setup of a live section; it names the section.
    Start,
    /// One round of a live section.
    Part,
    /// The last round of a live section.
    End,
    /// The whole state of a device in one go.
    Full,
}

impl SectionKind {
    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            marker::SECTION_START => Some(Self::Start),
            marker::SECTION_PART => Some(Self::Part),
            marker::SECTION_END => Some(Self::End),
            marker::SECTION_FULL => Some(Self::Full),
            _ => None,
        }
    }

    /// The type byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Start => marker::SECTION_START,
            Self::Part => marker::SECTION_PART,
            Self::End => marker::SECTION_END,
            Self::Full => marker::SECTION_FULL,
        }
    }

    /// Whether the header names the section, rather than refer to one that was named.
    #[must_use]
    pub fn names_the_section(self) -> bool {
        matches!(self, Self::Start | Self::Full)
    }
}

/// What START and FULL say of a section. The parser keeps it, so that PART and END can be resolved.
#[derive(Clone, PartialEq, Eq)]
pub struct Section {
    /// The key within this stream.
    pub id: SectionId,
    idstr: Box<[u8]>,
    /// Which of several of one name.
    pub instance: InstanceId,
    /// The version of the body.
    pub version: u32,
}

impl Section {
    /// A section of these names and numbers.
    #[must_use]
    pub fn new(id: SectionId, idstr: Name<'_>, instance: InstanceId, version: u32) -> Self {
        Self {
            id,
            idstr: idstr.as_bytes().into(),
            instance,
            version,
        }
    }

    /// The name of the handler: `ram`, `0000:00:01.1/ide`.
    #[must_use]
    pub fn idstr(&self) -> Name<'_> {
        Name::new(&self.idstr)
    }

    /// Appends a header of this section.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name above 255 bytes.
    pub fn write_header(&self, kind: SectionKind, out: &mut Writer) -> Result<()> {
        out.u8(kind.byte());
        out.u32(self.id.0);
        if kind.names_the_section() {
            out.counted_bytes(&self.idstr)?;
            out.u32(self.instance.0);
            out.u32(self.version);
        }
        Ok(())
    }
}

impl fmt::Debug for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            id,
            instance,
            version,
            ..
        } = self;
        write!(f, "{:?}/{instance} v{version} (section {id})", self.idstr())
    }
}

/// The beginning of one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionHeader {
    /// Where the type byte stands.
    pub at: u64,
    /// The type byte.
    pub kind: SectionKind,
    /// Its names and numbers; for PART and END those that START gave.
    pub section: Arc<Section>,
    /// How the body is read.
    pub grammar: Grammar,
}

/// How the body of a section is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Grammar {
    /// A device. Only its schema knows how long the body is: the parser waits for
    /// [`super::Parser::body_done`].
    Device,
    /// Guest memory.
    Ram,
    /// Dirty bitmaps of block devices.
    DirtyBitmap,
    /// Contents of block devices (QEMU 9.0 and older).
    Block,
    /// The hash table of a pseries guest.
    SpaprHtab,
    /// Storage attributes of an s390 guest.
    StorageAttributes,
    /// Storage keys of an s390 guest.
    StorageKeys,
    /// The time-of-day clock of an s390 guest.
    TodClock,
    /// A device that is passed through; its FULL section is a [`Grammar::Device`].
    Vfio,
    /// The description as a device of its own, from before it stood at the tail.
    DebugMigration,
}

impl Grammar {
    /// The grammar of a section and the version it is known at.
    fn of(kind: SectionKind, idstr: Name<'_>) -> (Self, Option<u32>) {
        match idstr.as_bytes() {
            b"ram" => (Self::Ram, Some(4)),
            b"dirty-bitmap" => (Self::DirtyBitmap, Some(1)),
            b"block" => (Self::Block, Some(1)),
            b"spapr/htab" => (Self::SpaprHtab, Some(1)),
            b"s390-storage_attributes" => (Self::StorageAttributes, Some(0)),
            b"s390-skeys" => (Self::StorageKeys, Some(1)),
            b"todclock" => (Self::TodClock, Some(1)),
            b"debug-migration" => (Self::DebugMigration, None),
            // Its FULL section is the device's configuration space: a VMState body.
            name if kind != SectionKind::Full && (name == b"vfio" || name.ends_with(b"/vfio")) => {
                (Self::Vfio, Some(1))
            }
            _ => (Self::Device, None),
        }
    }

    /// Whether the parser finds the end of the body itself.
    #[must_use]
    pub fn is_self_delimiting(self) -> bool {
        self != Self::Device
    }

    /// The section of docs/format.md that has it.
    #[must_use]
    pub fn section(self) -> &'static str {
        match self {
            Self::Device => "3.4",
            Self::Ram => "2.1",
            Self::DirtyBitmap => "7.1",
            Self::Block => "7.2",
            Self::SpaprHtab => "7.3",
            Self::StorageAttributes => "7.4",
            Self::StorageKeys | Self::TodClock => "7.5",
            Self::Vfio => "7.6",
            Self::DebugMigration => "4.6",
        }
    }
}

/// Reads what follows the type byte of START and FULL.
pub(super) fn read_named(input: &mut Input<'_>, at: u64, kind: SectionKind) -> Step<SectionHeader> {
    let id = SectionId(input.u32()?);
    let name_at = input.offset();
    let idstr = input.counted()?;
    if idstr.as_bytes().is_empty() {
        let message = format!("Unable to read ID string for section {id}");
        return Err(fail_at(ErrorKind::Framing, name_at, message));
    }
    let instance = InstanceId(input.u32()?);
    let version_at = input.offset();
    let version = input.u32()?;
    let (grammar, known) = Grammar::of(kind, idstr);
    if let Some(known) = known.filter(|&known| known != version) {
        let message = format!("savevm: unsupported version {version} for '{idstr}' v{known}");
        return Err(fail_at(ErrorKind::Version, version_at, message));
    }
    let section = Arc::new(Section::new(id, idstr, instance, version));
    Ok(SectionHeader {
        at,
        kind,
        section,
        grammar,
    })
}

/// The grammar of a section that was named before.
pub(super) fn grammar_of(kind: SectionKind, section: &Section) -> Grammar {
    Grammar::of(kind, section.idstr()).0
}
