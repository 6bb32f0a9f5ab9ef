//! `vmsd inspect` for programs: the same facts, see docs/json.md.

use serde::Serialize;
use vmsd_schema::schema::DeviceForm;
use vmsd_schema::stream::Grammar;
use vmsd_schema::Error;

use super::inspect::{dialect_name, kind, page_size_source, uuid_text};
use super::passes::PassReport;
use super::subject::Subject;
use super::tree_json::SCHEMA_VERSION;
use crate::files::container::Layer;
use crate::ram::{BlockTally, Pages};
use crate::reading::measure::Measured;
use crate::reading::outline::{Item, SectionItem, Settings};

/// The facts that every report on one stream begins with.
#[derive(Serialize)]
pub struct Head<'a> {
    schema_version: u32,
    file: &'a str,
    container: String,
    layers: Vec<LayerReport>,
    bytes: u64,
    complete: bool,
    machine: Option<&'a str>,
    configuration: Option<Configuration<'a>>,
    page_size: Option<PageSize>,
    footers: Option<bool>,
    description: Option<Description>,
    trailing: Option<Trailing>,
}

/// The whole report.
#[derive(Serialize)]
pub struct Report<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    items: Vec<Entry<'a>>,
    ram: Ram<'a>,
    findings: Vec<Finding>,
}

/// One container around the stream.
#[derive(Serialize)]
struct LayerReport {
    name: &'static str,
    offset: u64,
    facts: Vec<Fact>,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Configuration<'a> {
    offset: u64,
    page_bits: Option<u32>,
    capabilities: &'a [String],
    uuid: Option<String>,
}

#[derive(Serialize)]
struct PageSize {
    bytes: u64,
    source: &'static str,
}

#[derive(Serialize)]
struct Description {
    offset: Option<u64>,
    size: Option<usize>,
    devices: usize,
    opaque_devices: usize,
    dialect: Option<&'static str>,
}

#[derive(Serialize)]
struct Trailing {
    offset: u64,
    size: usize,
    zeros: bool,
}

#[derive(Serialize)]
#[serde(tag = "item", rename_all = "snake_case")]
enum Entry<'a> {
    Section(Section),
    Command {
        offset: u64,
        name: &'a str,
        detail: &'a str,
    },
    PackageEnd {
        offset: u64,
        left: usize,
    },
    Eof {
        offset: u64,
    },
}

#[derive(Serialize)]
struct Section {
    offset: u64,
    size: u64,
    body_offset: u64,
    body_size: u64,
    r#type: &'static str,
    id: u32,
    idstr: String,
    instance_id: u32,
    version: u32,
    rounds: u64,
    measured_by: &'static str,
}

/// Guest memory.
#[derive(Serialize)]
pub struct Ram<'a> {
    total: Option<u64>,
    blocks: Vec<Block<'a>>,
    pages: PageCounts,
    multifd_flushes: u64,
    passes: Vec<PassReport<'a>>,
    /// Pages that were sent once.
    sent_once: Option<u64>,
    /// Pages that were sent more often.
    sent_again: Option<u64>,
}

#[derive(Serialize)]
struct Block<'a> {
    offset: u64,
    name: &'a str,
    used_length: u64,
    page_size: Option<u64>,
    guest_address: Option<u64>,
    bitmap_offset: Option<u64>,
    pages_offset: Option<u64>,
    pages: PageCounts,
}

#[derive(Serialize)]
pub(super) struct PageCounts {
    zero: u64,
    normal: u64,
    compressed: u64,
    xbzrle: u64,
    mapped: u64,
}

/// Something that is not as it should be.
#[derive(Serialize)]
pub struct Finding {
    kind: String,
    format: &'static str,
    offset: Option<u64>,
    path: String,
    message: String,
}

impl LayerReport {
    fn new(layer: &Layer) -> Self {
        let facts = layer
            .facts()
            .into_iter()
            .map(|(name, value)| Fact { name, value })
            .collect();
        Self {
            name: layer.name(),
            offset: layer.at,
            facts,
        }
    }
}

/// The names of all containers, outermost first.
fn container(subject: &Subject<'_>) -> String {
    let names = subject.layers.iter().map(Layer::name).collect::<Vec<_>>();
    if names.is_empty() {
        "plain".to_owned()
    } else {
        names.join(" > ")
    }
}

impl<'a> Head<'a> {
    /// The facts about `subject`.
    #[must_use]
    pub fn new(subject: &Subject<'a>) -> Self {
        let outline = subject.outline;
        Self {
            schema_version: SCHEMA_VERSION,
            file: subject.name,
            container: container(subject),
            layers: subject.layers.iter().map(LayerReport::new).collect(),
            bytes: outline.len,
            complete: outline.complete,
            machine: outline
                .configuration
                .as_ref()
                .map(|settings| settings.machine.as_str()),
            configuration: outline.configuration.as_ref().map(Configuration::new),
            page_size: outline.page_size.map(|size| PageSize {
                bytes: size.bytes,
                source: page_size_source(size.source),
            }),
            footers: outline.footers,
            description: subject.description.map(|description| Description {
                offset: outline.description.map(|text| text.at),
                size: outline.description.map(|text| text.len),
                devices: description.devices.len(),
                opaque_devices: description
                    .devices
                    .iter()
                    .filter(|device| matches!(device.form, DeviceForm::Opaque { .. }))
                    .count(),
                dialect: subject.dialect.map(dialect_name),
            }),
            trailing: outline.trailing.map(|behind| Trailing {
                offset: behind.at,
                size: behind.len,
                zeros: behind.padding,
            }),
        }
    }
}

impl<'a> Report<'a> {
    /// The report on `subject`.
    #[must_use]
    pub fn new(subject: &Subject<'a>) -> Self {
        Self {
            head: Head::new(subject),
            items: subject.outline.items.iter().map(Entry::new).collect(),
            ram: Ram::new(subject),
            findings: subject.outline.findings.iter().map(Finding::new).collect(),
        }
    }
}

impl<'a> Configuration<'a> {
    fn new(settings: &'a Settings) -> Self {
        Self {
            offset: settings.at,
            page_bits: settings.page_bits,
            capabilities: &settings.capabilities,
            uuid: settings.uuid.as_ref().map(uuid_text),
        }
    }
}

impl<'a> Entry<'a> {
    fn new(item: &'a Item) -> Self {
        match item {
            Item::Section(section) => Self::Section(Section::new(section)),
            Item::Command { at, name, detail } => Self::Command {
                offset: *at,
                name,
                detail,
            },
            Item::PackageEnd { at, left } => Self::PackageEnd {
                offset: *at,
                left: *left,
            },
            Item::Eof { at } => Self::Eof { offset: *at },
        }
    }
}

impl Section {
    fn new(item: &SectionItem) -> Self {
        Self {
            offset: item.at,
            size: item.len,
            body_offset: item.body_at,
            body_size: item.body_len,
            r#type: kind(item.kind),
            id: item.section.id.0,
            idstr: item.section.idstr().to_string(),
            instance_id: item.section.instance.0,
            version: item.section.version,
            rounds: item.rounds,
            measured_by: measured_by(item.grammar, item.measured.as_ref()),
        }
    }
}

/// Who said where a body ends.
#[must_use]
pub fn measured_by(grammar: Grammar, measured: Option<&Measured>) -> &'static str {
    match measured {
        None if grammar == Grammar::Device => "nobody",
        None => "grammar",
        Some(Measured::Description(_)) => "description",
        Some(Measured::Mirror(_)) => "mirror",
        Some(Measured::Guessed(_)) => "guess",
    }
}

impl<'a> Ram<'a> {
    /// The memory of `subject`.
    #[must_use]
    pub fn new(subject: &Subject<'a>) -> Self {
        let ram = &subject.outline.ram;
        Self {
            total: ram.total,
            blocks: ram.blocks.iter().map(Block::new).collect(),
            pages: PageCounts::new(ram.pages()),
            multifd_flushes: ram.flushes,
            passes: PassReport::all(ram),
            sent_once: ram.passes.sent().map(|(once, _)| once),
            sent_again: ram.passes.sent().map(|(_, again)| again),
        }
    }
}

impl<'a> Block<'a> {
    fn new(block: &'a BlockTally) -> Self {
        Self {
            offset: block.at,
            name: &block.name,
            used_length: block.used_length,
            page_size: block.page_size,
            guest_address: block.guest_address,
            bitmap_offset: block.mapped.map(|mapped| mapped.bitmap_offset),
            pages_offset: block.mapped.map(|mapped| mapped.pages_offset),
            pages: PageCounts::new(block.pages),
        }
    }
}

impl PageCounts {
    pub(super) fn new(pages: Pages) -> Self {
        let Pages {
            zero,
            normal,
            compressed,
            xbzrle,
            mapped,
        } = pages;
        Self {
            zero,
            normal,
            compressed,
            xbzrle,
            mapped,
        }
    }
}

impl Finding {
    /// The finding that an error is.
    #[must_use]
    pub fn new(error: &Error) -> Self {
        Self {
            kind: format!("{:?}", error.kind()).to_lowercase(),
            format: error.section(),
            offset: error.offset(),
            path: error.path(),
            message: error.message().to_owned(),
        }
    }
}
