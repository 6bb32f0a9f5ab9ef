//! A case: one section of one real stream, and what is known of it beside its bytes.

use std::borrow::Cow;
use std::io::Read;

use serde_json::{Map, Value as Json};
use vmsd_schema::decode::machine::{Layout, Machine, MachineDescription, MachineSection, Options};
use vmsd_schema::decode::typed::{Mirror, Registry};
use vmsd_schema::schema::{ArrayKey, Body, Description, Dialect, FieldEntry};
use vmsd_schema::stream::{Grammar, Parser};

use crate::limits::MAX_UNPACKED_STREAM;

/// A stream that devices must explain.
#[derive(Clone, Debug)]
pub struct Stream {
    /// How reports call it.
    pub name: String,
    qemu: Option<String>,
    bytes: Vec<u8>,
    reference: Option<Vec<u8>>,
}

/// A section of a stream.
#[derive(Clone, Debug)]
pub struct Case<'s> {
    /// The stream.
    pub stream: &'s Stream,
    /// The QEMU version that wrote it, or the family that its description looks like.
    pub qemu: String,
    /// The section's idstr.
    pub section: String,
    /// Its instance.
    pub instance_id: u32,
    /// Its number in the stream.
    pub section_id: u32,
    /// The VMStateDescription's name.
    pub device: String,
    /// The version of the body.
    pub version: u32,
    /// Bytes from the start of the stream to the body.
    pub offset: u64,
    /// The body.
    pub body: &'s [u8],
    /// What the stream says of the body. For an old-style handler: so many bytes.
    pub description: Option<&'s Description>,
    /// Whether it is an old-style handler, of which nothing is described.
    pub opaque: bool,
    /// How the stream describes.
    pub dialect: Dialect,
    /// What QEMU's script prints of the section.
    pub reference: Option<&'s Json>,
}

/// A stream that was read.
pub(crate) struct Open<'s> {
    stream: &'s Stream,
    machine: Machine<'s>,
    reference: Map<String, Json>,
    /// Of old-style handlers, by section.
    opaque: Vec<Option<Description>>,
    configuration_described: Option<Description>,
}

impl Stream {
    /// A stream, plain or compressed.
    #[must_use]
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        Self {
            name: name.to_owned(),
            qemu: None,
            bytes: decompressed(bytes).into_owned(),
            reference: None,
        }
    }

    /// The QEMU version that wrote it.
    #[must_use]
    pub fn from_qemu(mut self, version: &str) -> Self {
        self.qemu = Some(version.to_owned());
        self
    }

    /// What QEMU's analyze-migration.py prints of it, plain or compressed.
    #[must_use]
    pub fn with_reference(mut self, json: Option<&[u8]>) -> Self {
        self.reference = json.map(|json| decompressed(json).into_owned());
        self
    }

    /// Whether it is a stream at all.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.open().is_ok()
    }

    /// The stream's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn open(&self) -> Result<Open<'_>, String> {
        let machine = Machine::read(&self.bytes, Parser::new(), &(), Options::default());
        if let Some(error) = &machine.stopped {
            return Err(error.to_string());
        }
        if let Some(problem) = machine.problems.first() {
            return Err(problem.to_string());
        }
        let reference = match &self.reference {
            Some(json) => serde_json::from_slice(json)
                .map_err(|error| format!("the script's output: {error}"))?,
            None => Map::new(),
        };
        let opaque = machine.sections.iter().map(opaque).collect();
        let configuration_described = machine
            .description
            .as_ref()
            .and_then(|found| found.content.configuration.clone());
        Ok(Open {
            stream: self,
            machine,
            reference,
            opaque,
            configuration_described,
        })
    }
}

/// Why a section is not held against a mirror.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// No mirror has its name.
    NoMirror,
    /// A mirror has its name, and other fields: it is another device.
    OtherDevice,
    /// A mirror has its name, in other versions.
    OtherVersion,
}

impl Skip {
    /// The reason, to stand behind a list of sections.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoMirror => "no mirror",
            Self::OtherDevice => "another device of the name",
            Self::OtherVersion => "the name in another version",
        }
    }
}

impl Case<'_> {
    /// Why `registry` does not have its device.
    pub(super) fn skip(&self, registry: &Registry) -> Option<Skip> {
        let is_of = |mirror: &Mirror| self.description.is_none_or(|its| mirror.is_of(its));
        let has_version =
            |mirror: &Mirror| (mirror.minimum_version..=mirror.version).contains(&self.version);
        let mut skip = Skip::NoMirror;
        for mirror in registry.candidates(&self.section) {
            match (self.opaque || is_of(mirror), has_version(mirror)) {
                (true, true) => return None,
                (true, false) => skip = Skip::OtherVersion,
                (false, _) => skip = skip.max(Skip::OtherDevice),
            }
        }
        Some(skip)
    }
}

impl Open<'_> {
    /// The stream with only those of its sections in it whose names are picked.
    pub(crate) fn trim(&self, keep: &dyn Fn(&str) -> bool) -> Option<Vec<u8>> {
        let keep = |section: &MachineSection<'_>| keep(&section.name);
        crate::generate::trim::trim(&self.stream.bytes, &self.machine, &keep)
    }

    /// What the stream says of itself.
    pub(crate) fn described(&self) -> Option<&MachineDescription> {
        self.machine.description.as_ref()
    }

    /// The sections that a mirror of `registry` claims, or all that are devices.
    pub(crate) fn cases(&self, registry: &Registry, all: bool) -> Vec<Case<'_>> {
        let sections = self.machine.sections.iter().zip(&self.opaque);
        let devices = sections.filter(|(section, _)| section.grammar == Grammar::Device);
        let cases = devices.filter_map(|(section, opaque)| self.case(section, opaque.as_ref()));
        let claimed = |case: &Case<'_>| all || registry.candidates(&case.section).next().is_some();
        self.configuration()
            .into_iter()
            .chain(cases)
            .filter(claimed)
            .collect()
    }

    fn case<'o>(
        &'o self,
        section: &'o MachineSection<'_>,
        opaque: Option<&'o Description>,
    ) -> Option<Case<'o>> {
        let id = section.header.id.0;
        let described = self.machine.layout(section);
        let device = match described {
            Some(description) => description.vmsd_name.clone(),
            None => section.name.clone(),
        };
        Some(Case {
            stream: self.stream,
            qemu: self.qemu(),
            section: section.name.clone(),
            instance_id: section.header.instance.0,
            section_id: id,
            device,
            version: section.header.version,
            offset: section.body_at,
            body: section.body?,
            description: described.or(opaque),
            opaque: opaque.is_some(),
            dialect: self.dialect(),
            reference: self.reference.get(&format!("{} ({id})", section.name)),
        })
    }

    /// The configuration section is a body as any other, with a byte for its header.
    fn configuration(&self) -> Option<Case<'_>> {
        let configuration = self.machine.configuration.as_ref()?;
        Some(Case {
            stream: self.stream,
            qemu: self.qemu(),
            section: "configuration".to_owned(),
            instance_id: 0,
            section_id: 0,
            device: "configuration".to_owned(),
            version: 1,
            offset: configuration.at + 1,
            body: configuration.bytes?,
            description: self.configuration_described.as_ref(),
            opaque: false,
            dialect: self.dialect(),
            reference: None,
        })
    }

    fn dialect(&self) -> Dialect {
        let named = self.stream.qemu.as_deref().and_then(Dialect::of_qemu);
        let described = self
            .machine
            .description
            .as_ref()
            .map(|description| description.dialect);
        named.or(described).unwrap_or(Dialect::Qemu11_1)
    }

    fn qemu(&self) -> String {
        match &self.stream.qemu {
            Some(version) => version.clone(),
            None => self.dialect().to_string(),
        }
    }
}

/// What the description says of an old-style handler, in the form of all others.
fn opaque(section: &MachineSection<'_>) -> Option<Description> {
    let Layout::Unknown(_) = section.layout else {
        return None;
    };
    let data = FieldEntry {
        name: "data".to_owned(),
        array: ArrayKey::Single,
        type_name: "buffer".to_owned(),
        body: Body::Leaf,
        size: section.len,
    };
    Some(Description {
        vmsd_name: section.name.clone(),
        version: section.header.version,
        fields: vec![data],
        subsections: Vec::new(),
    })
}

/// `bytes` without the compression around them; those that are damaged, or are too many, stay as they are, for the reader
/// to refuse.
fn decompressed(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut plain = Vec::new();
    let mut all = |read: &mut dyn Read| {
        let len = read.take(MAX_UNPACKED_STREAM + 1).read_to_end(&mut plain);
        len.is_ok_and(|len| len as u64 <= MAX_UNPACKED_STREAM)
    };
    let read = match bytes {
        [0x28, 0xb5, 0x2f, 0xfd, ..] => zstd::stream::read::Decoder::with_buffer(bytes)
            .is_ok_and(|mut decoder| all(&mut decoder)),
        [0x1f, 0x8b, ..] => all(&mut flate2::read::MultiGzDecoder::new(bytes)),
        _ => false,
    };
    if read {
        Cow::Owned(plain)
    } else {
        Cow::Borrowed(bytes)
    }
}
