//! Gathers a [`Machine`] from the events of a stream, and measures the bodies between them.

use std::collections::HashMap;

use super::{
    Layout, Machine, MachineCommand, MachineConfiguration, MachineDescription, MachineSection,
    MachineTrailing, Measured, Mirrors, Options, RamSummary,
};
use crate::decode::body::{Finder, Found, Index, Lost};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_COMMANDS, MAX_SECTIONS};
use crate::schema::{Dialect, StreamDescription};
use crate::stream::{
    locate, Configuration, Event, Live, PageSizeSource, Parser, SectionHeader, SectionId,
    SectionKind, Stream,
};

/// Of a description that stood in a device of its own: it never left the patches of 2014, and the oldest dialect is the nearest.
const EARLY: Dialect = Dialect::Qemu5_2;

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
                    self.describe(text.json, text.json_at, Some(EARLY));
                }
            }
            Event::Description(text) => self.describe(text.json, text.at + 5, None),
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
            self.describe(found.json, self.base + found.at as u64 + 5, None);
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
            self.describe(found.json, from + found.at as u64 + 4, Some(EARLY));
        }
    }

    /// Takes a description, unless there is one. A broken one is a problem of the stream, and does not stop its reader.
    fn describe(&mut self, json: &[u8], at: u64, known: Option<Dialect>) {
        if self.machine.description.is_some() || self.described_at.replace(at) == Some(at) {
            return;
        }
        match StreamDescription::from_json(json, at) {
            Ok(content) => {
                self.index = Index::new(&content);
                let dialect = known.unwrap_or_else(|| content.dialect(json));
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
        let (described, at) = self
            .machine
            .description
            .as_ref()
            .map_or((0, 0), |found| (found.content.page_size, found.at));
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
            .push(Error::at(ErrorKind::Mismatch, at, message).inside("description"));
        parser
    }

    fn configuration(&mut self, configuration: &Configuration<'_>, end: u64) {
        let bytes = self.slice(configuration.at + 1, end);
        self.machine.configuration = Some(MachineConfiguration::new(configuration, bytes, end));
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
            return Err(Error::at(ErrorKind::Limit, header.at, message)
                .inside(header.section.idstr().to_string()));
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
        self.describe_by_device(stream.offset());
        let place = self.open.map(|(place, _)| place);
        let Some(section) = place.and_then(|place| self.machine.sections.get(place)) else {
            let message = "a body outside of any section";
            return Err(Error::at(ErrorKind::Framing, stream.offset(), message));
        };
        let finder = Finder {
            section: &section.header,
            first: section.rounds == 0,
            reader: stream.body(),
            footers: stream.parser().footers(),
            devices: self
                .machine
                .description
                .as_ref()
                .map(|found| found.content.devices.as_slice()),
            mirrors: self.mirrors,
        };
        let (layout, measured) = match finder.find(&mut self.index) {
            Ok(Found {
                len,
                layout,
                measured,
                problem,
                ..
            }) => {
                stream.body_done(len)?;
                self.machine.problems.extend(problem);
                (layout, measured)
            }
            Err(Lost { error, layout }) => {
                let Some(guess) = stream.guess_body().filter(|_| self.options.guess) else {
                    return Err(error);
                };
                stream.body_guessed(guess)?;
                self.machine.problems.push(error);
                (layout, Measured::Guessed)
            }
        };
        let section = place.and_then(|place| self.machine.sections.get_mut(place));
        if let Some(section) = section.filter(|section| section.rounds == 0) {
            (section.layout, section.measured) = (layout, measured);
        }
        Ok(())
    }

    fn slice(&self, start: u64, end: u64) -> Option<&'s [u8]> {
        let place = |at: u64| usize::try_from(at.checked_sub(self.base)?).ok();
        self.data.get(place(start)?..place(end)?)
    }
}
