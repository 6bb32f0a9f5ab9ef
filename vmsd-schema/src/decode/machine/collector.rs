//! Gathers a [`Machine`] from the events of a stream, and measures the bodies between them.

use std::collections::HashMap;

use super::index::Index;
use super::{
    Layout, Machine, MachineCommand, MachineConfiguration, MachineDescription, MachineSection,
    MachineTrailing, Measured, Mirrored, Mirrors, Options, RamSummary,
};
use crate::decode::described::measure;
use crate::decode::node::Reason;
use crate::error::{Error, ErrorKind, Result};
use crate::limits::MAX_SECTIONS;
use crate::schema::{ArrayKey, Body, Description, DeviceForm, FieldEntry, StreamDescription};
use crate::stream::{
    locate, Configuration, ConfigurationBody, Event, Live, PageSizeSource, Parser, SectionHeader,
    SectionId, SectionKind, Stream,
};
use crate::wire::{marker, Reader};

/// Commands that are kept; postcopy sends thousands.
const MAX_COMMANDS: usize = 65_536;

/// A machine that is being read.
///
/// A mapped file is one call of [`Self::rest`]. On a pipe, [`Self::event`] takes what is dropped after it was seen, and
/// [`Self::rest`] the bytes that were kept.
pub struct Collector<'s, 'm> {
    mirrors: &'m dyn Mirrors,
    options: Options,
    machine: Machine<'s>,
    /// The bytes that were kept, and the offset of the first.
    data: &'s [u8],
    base: u64,
    index: Index,
    /// Whether a description was looked for already.
    located: bool,
    /// Where the text stands that was read last, or failed to be.
    described_at: Option<u64>,
    /// The section that each number means now.
    places: HashMap<SectionId, usize>,
    /// The section that is being read, and where its body begins.
    open: Option<(usize, u64)>,
}

/// What is known of a body.
struct Found {
    len: usize,
    layout: Layout,
    measured: Measured,
}

impl<'s, 'm> Collector<'s, 'm> {
    /// Nothing read yet.
    #[must_use]
    pub fn new(mirrors: &'m dyn Mirrors, options: Options) -> Self {
        let machine = Machine {
            start: 0,
            end: 0,
            configuration: None,
            page_size: Parser::new().page_size(),
            footers: None,
            sections: Vec::new(),
            ram: RamSummary::default(),
            commands: Vec::new(),
            command_count: 0,
            description: None,
            trailing: None,
            problems: Vec::new(),
            stopped: None,
        };
        Self {
            mirrors,
            options,
            machine,
            data: &[],
            base: 0,
            index: Index::default(),
            located: false,
            described_at: None,
            places: HashMap::new(),
            open: None,
        }
    }

    /// Reads to the end of `data`, which begins where `parser` stands.
    #[must_use]
    pub fn rest(mut self, data: &'s [u8], mut parser: Parser) -> Machine<'s> {
        (self.data, self.base) = (data, parser.offset());
        self.describe_at_tail();
        parser = self.tell_page_size(parser);
        let mut stream = Stream::with_parser(data, parser);
        let stopped = self.walk(&mut stream).err();
        self.finish(stream.parser(), stopped)
    }

    /// Takes the next event, after which `parser` stands behind it.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] above a bound.
    #[inline]
    pub fn event(&mut self, event: &Event<'_>, parser: &Parser) -> Result<()> {
        match event {
            Event::Ram(record) => self.machine.ram.count(record),
            Event::Section(header) => self.section(header, parser.offset())?,
            Event::SectionEnd(end) => self.section_end(end.at),
            Event::Header { at, .. } => self.machine.start = *at,
            Event::Configuration(configuration) => {
                self.configuration(configuration, parser.offset())
            }
            Event::Command(record) => {
                self.machine.command_count += 1;
                if self.machine.commands.len() < MAX_COMMANDS {
                    let (number, name) = (record.command.number(), record.command.name());
                    self.machine.commands.push(MachineCommand {
                        at: record.at,
                        number,
                        name,
                    });
                }
            }
            Event::Live(record) => {
                if let Live::DebugMigration(text) = &record.live {
                    self.describe(text.json, text.json_at);
                }
            }
            Event::Description(text) => self.describe(text.json, text.at + 5),
            Event::Trailing(trailing) => {
                let (at, len) = (trailing.at, trailing.bytes.len() as u64);
                self.machine.trailing = Some(MachineTrailing {
                    at,
                    len,
                    is_padding: trailing.is_padding(),
                });
            }
            Event::PackagedEnd { .. } | Event::Eof { .. } => {}
        }
        Ok(())
    }

    /// Ends where the stream ended or `stopped`.
    #[must_use]
    pub fn finish(mut self, parser: &Parser, stopped: Option<Error>) -> Machine<'s> {
        self.machine.end = parser.offset();
        self.machine.footers = parser.footers();
        self.machine.page_size = parser.page_size();
        self.machine.stopped = stopped;
        self.machine
    }

    fn walk(&mut self, stream: &mut Stream<'s>) -> Result<()> {
        loop {
            if stream.parser().awaits_body() {
                self.body(stream)?;
            }
            let Some(event) = stream.next()? else {
                return Ok(());
            };
            self.event(&event, stream.parser())?;
        }
    }

    fn describe_at_tail(&mut self) {
        if let Some(found) = locate::description_at_tail(self.data) {
            self.located = true;
            self.describe(found.json, self.base + found.at as u64 + 5);
        }
    }

    /// The early device stands behind the devices that it describes.
    fn describe_by_device(&mut self, from: u64) {
        if std::mem::replace(&mut self.located, true) {
            return;
        }
        let passed = usize::try_from(from - self.base).unwrap_or(usize::MAX);
        let Some(rest) = self.data.get(passed..) else {
            return;
        };
        if let Some(found) = locate::debug_migration(rest) {
            self.describe(found.json, from + found.at as u64 + 4);
        }
    }

    /// Takes a description, unless there is one. A broken one is a problem of the stream, and does not stop its reader.
    fn describe(&mut self, json: &[u8], at: u64) {
        if self.machine.description.is_some() || self.described_at.replace(at) == Some(at) {
            return;
        }
        match StreamDescription::from_json(json, at) {
            Ok(content) => {
                self.index = Index::new(&content);
                let dialect = content.dialect(json);
                self.machine.description = Some(MachineDescription {
                    at,
                    len: json.len() as u64,
                    dialect,
                    content,
                });
            }
            Err(error) => self.machine.problems.push(error),
        }
    }

    /// Before any RAM was read the description can tell the page size; after it, it can only disagree.
    fn tell_page_size(&mut self, parser: Parser) -> Parser {
        let described = self
            .machine
            .description
            .as_ref()
            .map_or(0, |description| description.content.page_size);
        let known = parser.page_size();
        if described == 0 || described == known.bytes {
            return parser;
        }
        if parser.blocks().is_empty() && known.source == PageSizeSource::Assumed {
            if let Ok(parser) = parser.clone().with_page_size(described) {
                return parser;
            }
        }
        let message = format!(
            "the description says a page size of {described}, and the stream was read with {known}"
        );
        self.machine
            .problems
            .push(Error::new(ErrorKind::Mismatch, message));
        parser
    }

    fn configuration(&mut self, configuration: &Configuration<'_>, end: u64) {
        let bytes = self.slice(configuration.at + 1, end);
        self.machine.configuration = Some(MachineConfiguration {
            at: configuration.at,
            bytes,
            len: end - configuration.at - 1,
            machine: configuration.machine.to_string(),
            page_bits: configuration.target_page_bits(),
            capabilities: configuration
                .capabilities()
                .map(|name| name.to_string())
                .collect(),
            uuid: configuration.uuid(),
            layout: configuration_layout(configuration),
        });
    }

    fn section(&mut self, header: &SectionHeader, body_at: u64) -> Result<()> {
        let id = header.section.id;
        if !header.kind.names_the_section() {
            let place = self.places.get(&id).copied();
            self.open = place.map(|place| (place, body_at));
            if let Some(section) = place.and_then(|place| self.machine.sections.get_mut(place)) {
                section.rounds += 1;
                section.ended |= header.kind == SectionKind::End;
            }
            return Ok(());
        }
        if self.machine.sections.len() >= MAX_SECTIONS {
            let message = format!("more than {MAX_SECTIONS} sections");
            return Err(Error::at(ErrorKind::Limit, header.at, message));
        }
        self.open = Some((self.machine.sections.len(), body_at));
        self.places.insert(id, self.machine.sections.len());
        self.machine.sections.push(MachineSection {
            at: header.at,
            kind: header.kind,
            name: header.section.idstr().to_string(),
            header: header.section.clone(),
            grammar: header.grammar,
            body_at,
            len: 0,
            body: None,
            layout: Layout::Grammar,
            measured: Measured::Grammar,
            rounds: 0,
            round_bytes: 0,
            ended: false,
        });
        Ok(())
    }

    fn section_end(&mut self, at: u64) {
        let Some((place, body_at)) = self.open.take() else {
            return;
        };
        let body = self.slice(body_at, at);
        let Some(section) = self.machine.sections.get_mut(place) else {
            return;
        };
        if section.body_at == body_at {
            (section.len, section.body) = (at - body_at, body);
        } else {
            section.round_bytes += at - body_at;
        }
    }

    /// Finds the end of the body at which the stream waits.
    fn body(&mut self, stream: &mut Stream<'s>) -> Result<()> {
        let Some((place, _)) = self.open else {
            return Err(Error::at(
                ErrorKind::Framing,
                stream.offset(),
                "a body outside of any section",
            ));
        };
        let name = self
            .machine
            .sections
            .get(place)
            .map(|section| section.name.clone())
            .unwrap_or_default();
        self.describe_by_device(stream.offset());
        let found = match self.find(place, stream.body(), stream.parser()) {
            Ok(found) => {
                stream.body_done(found.len)?;
                found
            }
            Err((error, layout)) => match stream.guess_body().filter(|_| self.options.guess) {
                Some(guess) => {
                    self.machine.problems.push(error.inside(name));
                    stream.body_guessed(guess)?;
                    Found {
                        len: guess.len(),
                        layout,
                        measured: Measured::Guessed,
                    }
                }
                None => return Err(error.inside(name)),
            },
        };
        if let Some(section) = self
            .machine
            .sections
            .get_mut(place)
            .filter(|section| section.rounds == 0)
        {
            (section.layout, section.measured) = (found.layout, found.measured);
        }
        Ok(())
    }

    /// Asks the description, then the mirrors. With the error comes what is known of the layout all the same.
    fn find(
        &mut self,
        place: usize,
        reader: Reader<'s>,
        parser: &Parser,
    ) -> Result<Found, (Error, Layout)> {
        let Some(section) = self.machine.sections.get(place) else {
            return Err((
                reader.error(ErrorKind::Framing, "a body outside of any section"),
                Layout::Grammar,
            ));
        };
        let (name, id) = (&section.name, section.header.id);
        let (instance, version) = (section.header.instance.0, section.header.version);
        let devices = self
            .machine
            .description
            .as_ref()
            .map_or(&[][..], |found| &found.content.devices);
        let entry = self
            .index
            .next(devices, name, instance, version)
            .filter(|_| section.rounds == 0);
        let form = entry
            .and_then(|entry| devices.get(entry))
            .map(|device| &device.form);
        let footer = |len: u64| expect_footer(&reader, len, id, parser.footers());
        let by_description = match (entry, form) {
            (Some(entry), Some(form)) => Some(
                by_form(form, &reader, version)
                    .and_then(footer)
                    .map(|len| Found {
                        len,
                        layout: match form {
                            DeviceForm::Vmsd(_) => Layout::Described(entry),
                            DeviceForm::Opaque { .. } => Layout::Unknown(Reason::Handler),
                        },
                        measured: Measured::Description,
                    }),
            ),
            _ => None,
        };
        let reason = match by_description {
            Some(Ok(found)) => return Ok(found),
            Some(Err(error)) => Some(error),
            None => None,
        };
        let hint = match form {
            Some(DeviceForm::Vmsd(description)) if description.version == version => {
                Some(description)
            }
            _ => None,
        };
        let mirrored = self
            .mirrors
            .read(name, instance, version, reader.clone(), hint);
        let mirrored = mirrored.map(|mirrored| {
            let Mirrored { len, description } = mirrored?;
            let layout = Layout::Mirrored(Box::new(description));
            Ok(Found {
                len: footer(len)?,
                layout,
                measured: Measured::Mirror,
            })
        });
        match (mirrored, reason) {
            (Some(Ok(found)), reason) => {
                self.machine
                    .problems
                    .extend(reason.map(|reason| reason.inside(section.name.clone())));
                Ok(found)
            }
            (_, Some(error)) if error.kind() == ErrorKind::Unsupported => Err((
                error,
                entry.map_or(Layout::Unknown(Reason::Type), Layout::Described),
            )),
            (_, Some(error)) | (Some(Err(error)), None) => {
                Err((error, Layout::Unknown(Reason::Type)))
            }
            (None, None) => Err((
                unknown(&reader, self.machine.description.is_some()),
                Layout::Unknown(Reason::Type),
            )),
        }
    }

    fn slice(&self, start: u64, end: u64) -> Option<&'s [u8]> {
        let place = |at: u64| usize::try_from(at.checked_sub(self.base)?).ok();
        self.data.get(place(start)?..place(end)?)
    }
}

#[cold]
fn unknown(reader: &Reader<'_>, described: bool) -> Error {
    let message = if described {
        "the stream's description leaves the device out, and there is no mirror of it"
    } else {
        "the stream has no description, and there is no mirror of the device"
    };
    reader.error(ErrorKind::Unknown, message)
}

fn by_form(form: &DeviceForm, reader: &Reader<'_>, version: u32) -> Result<u64> {
    match form {
        DeviceForm::Opaque { size } => Ok(*size),
        DeviceForm::Vmsd(description) if description.version == version => {
            measure(description, &mut reader.clone())
        }
        DeviceForm::Vmsd(description) => {
            let described = description.version;
            let message = format!(
                "the section has version {version}, and the description version {described}"
            );
            Err(reader.error(ErrorKind::Description, message))
        }
    }
}

/// The length, if a footer of the section follows the body, or sections have none.
fn expect_footer(
    reader: &Reader<'_>,
    len: u64,
    id: SectionId,
    footers: Option<bool>,
) -> Result<usize> {
    let mut behind = reader.clone();
    let size = usize::try_from(len).unwrap_or(usize::MAX);
    behind.skip(size)?;
    let footer = behind.peek() == Some(marker::SECTION_FOOTER);
    if footers == Some(false) || footers.is_none() && !footer {
        return Ok(size);
    }
    let at = behind.offset();
    if footer && behind.skip(1).is_ok() && behind.u32().ok() == Some(id.0) {
        return Ok(size);
    }
    let message =
        format!("the body takes {len} bytes by its layout, and no footer of section {id} follows");
    Err(Error::at(ErrorKind::Description, at, message))
}

/// The layout of the section as it stands (`vmstate_configuration`).
fn configuration_layout(configuration: &Configuration<'_>) -> Description {
    let entry = |name: &str, array: ArrayKey, type_name: &str, size: usize| FieldEntry {
        name: name.to_owned(),
        array,
        type_name: type_name.to_owned(),
        body: Body::Leaf,
        size: size as u64,
    };
    let subsection = |name: &str, version: u32, fields: Vec<FieldEntry>| Description {
        vmsd_name: format!("configuration/{name}"),
        version,
        fields,
        subsections: Vec::new(),
    };
    let single = ArrayKey::Single;
    let subsections = configuration
        .subsections
        .iter()
        .map(|part| match &part.body {
            ConfigurationBody::TargetPageBits(_) => {
                let bits = entry("target_page_bits", single, "uint32", 4);
                subsection("target-page-bits", part.version, vec![bits])
            }
            ConfigurationBody::Capabilities(names) => {
                let count = entry("caps_count", single, "uint32", 4);
                let first = names.first().map_or(0, |name| 1 + name.as_bytes().len());
                let array = if names.len() == 1 {
                    single
                } else {
                    ArrayKey::Len(names.len() as u64)
                };
                subsection(
                    "capabilities",
                    part.version,
                    vec![count, entry("capabilities", array, "capability", first)],
                )
            }
            ConfigurationBody::Uuid(_) => {
                let uuid = entry("uuid.data", ArrayKey::Len(16), "uint8", 1);
                subsection("uuid", part.version, vec![uuid])
            }
        });
    Description {
        vmsd_name: "configuration".to_owned(),
        version: 1,
        fields: vec![
            entry("len", single, "uint32", 4),
            entry(
                "name",
                single,
                "buffer",
                configuration.machine.as_bytes().len(),
            ),
        ],
        subsections: subsections.collect(),
    }
}
