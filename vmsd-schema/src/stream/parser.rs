//! The pull parser: takes bytes as they come, says what they are, keeps only what it needs to go on.
//!
//! In go the bytes at the parser's offset, out comes one event or the wish for more bytes. It never keeps data, so
//! one code serves a mapped file and a pipe. What a device's body is it leaves to others: behind the header of such
//! a section it waits for [`Parser::body_done`].

mod tail;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::command::{Command, CommandRecord};
use super::configuration::Configuration;
use super::event::{Event, SectionEnd};
use super::input::{fail_at, Fail, Input, Step};
use super::live::{self, Flow, Phase};
use super::name::{BlockIndex, SectionId};
use super::ram::{Facts, PageSize, PageSizeSource, Ram, RamBlock, RamWalk};
use super::section::{grammar_of, read_named, Grammar, Section, SectionHeader, SectionKind};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::{MAX_DEPTH, MAX_SECTIONS, PAGE_BITS};
use crate::wire::marker;

/// What one call of [`Parser::parse`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chunk<'a> {
    /// The next event is not complete: it needs at least so many bytes more. Call again with the same bytes
    /// and more behind them.
    NeedMoreData(usize),
    /// An event, and how many bytes to drop from the front before the next call.
    Parsed {
        /// The bytes it is made of.
        consumed: usize,
        /// What they say.
        event: Event<'a>,
    },
    /// The stream has ended as it should.
    End,
}

/// Reads a migration stream event by event.
#[derive(Clone, Debug)]
pub struct Parser {
    /// Of the next byte.
    offset: u64,
    state: State,
    facts: Facts,
    ram: RamWalk,
    sections: BTreeMap<SectionId, Arc<Section>>,
    /// The section that the parser is in.
    section: Option<Arc<Section>>,
    /// Whether sections have footers, once one has ended.
    footers: Option<bool>,
    /// Packages that the parser is in.
    packages: Vec<Package>,
}

#[derive(Clone, Copy, Debug)]
struct Package {
    end: u64,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Header,
    /// The configuration, or what [`State::Between`] takes.
    Configuration,
    /// A section, a command or the end.
    Between,
    /// RAM records.
    Ram,
    /// Records of another live section.
    Live(Grammar, Phase),
    /// A body that someone else measures, then what the flow says.
    Body(AfterBody),
    /// A footer, or none.
    SectionEnd {
        guessed: bool,
    },
    /// What a package has behind its end.
    PackageRest,
    /// The description, or nothing.
    AfterEof,
    /// Bytes that do not belong to the stream.
    Trailing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AfterBody {
    SectionEnd,
    Live(Grammar, Phase),
}

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// A parser at the start of a stream that is the start of its input.
    #[must_use]
    pub fn new() -> Self {
        Self {
            offset: 0,
            state: State::Header,
            facts: Facts::default(),
            ram: RamWalk::default(),
            sections: BTreeMap::new(),
            section: None,
            footers: None,
            packages: Vec::new(),
        }
    }

    /// The stream starts `base` bytes into its file. Offsets of events and errors, and those of a mapped-ram file,
    /// count from the file's start.
    #[must_use]
    pub fn with_base(mut self, base: u64) -> Self {
        self.offset = base;
        self
    }

    /// The caller knows the target's page size, for example from the description. A stream that says
    /// otherwise is an error.
    ///
    /// # Errors
    /// [`ErrorKind::Bound`] if it is no page size of any target.
    pub fn with_page_size(mut self, bytes: u64) -> Result<Self> {
        if !bytes.is_power_of_two() || !PAGE_BITS.contains(&bytes.trailing_zeros()) {
            return Err(Error::new(
                ErrorKind::Bound,
                format!("{bytes} is not the page size of any target"),
            ));
        }
        self.facts.page_size = PageSize {
            bytes,
            source: PageSizeSource::Caller,
        };
        Ok(self)
    }

    /// The offset of the next byte.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The target's page size as far as it is known, and from where.
    #[must_use]
    pub fn page_size(&self) -> PageSize {
        self.facts.page_size
    }

    /// Whether sections have footers; `None` until the first has ended.
    #[must_use]
    pub fn footers(&self) -> Option<bool> {
        self.footers
    }

    /// The RAM blocks that were listed so far.
    #[must_use]
    pub fn blocks(&self) -> &[RamBlock] {
        self.ram.blocks()
    }

    /// One RAM block.
    #[must_use]
    pub fn block(&self, index: BlockIndex) -> Option<&RamBlock> {
        self.ram.blocks().get(index.0 as usize)
    }

    /// The section that a PART, END or footer of this id is of.
    #[must_use]
    pub fn section(&self, id: SectionId) -> Option<&Arc<Section>> {
        self.sections.get(&id)
    }

    /// The section that the parser is in.
    #[must_use]
    pub fn current_section(&self) -> Option<&Arc<Section>> {
        self.section.as_ref()
    }

    /// Where the innermost package ends that the parser is in.
    #[must_use]
    pub fn package_end(&self) -> Option<u64> {
        self.packages.last().map(|package| package.end)
    }

    /// Whether the next thing is a body that the caller has to measure.
    #[must_use]
    pub fn awaits_body(&self) -> bool {
        matches!(self.state, State::Body(_))
    }

    /// The body that begins at the parser's offset has `len` bytes; the next call of [`Self::parse`] takes
    /// what is behind it.
    ///
    /// # Errors
    /// [`ErrorKind::Framing`] if no body is awaited or it would leave its package.
    pub fn body_done(&mut self, len: u64) -> Result<()> {
        self.pass_body(len, false)
    }

    /// As [`Self::body_done`], for a length that was found by [`super::guess`]; the section's end will say so.
    ///
    /// # Errors
    /// As [`Self::body_done`].
    pub fn body_guessed(&mut self, guess: super::guess::Guess) -> Result<()> {
        self.pass_body(guess.len() as u64, true)
    }

    /// Reads the next event off `data`, which begins at the parser's offset. `eof` says that nothing follows `data`.
    ///
    /// # Errors
    /// Whatever is wrong with the stream, with the offset and the section. After an error the parser stands where it
    /// was.
    #[inline]
    pub fn parse<'a>(&mut self, data: &'a [u8], eof: bool) -> Result<Chunk<'a>> {
        let (data, eof) = self.clip(data, eof);
        let mut input = Input::new(data, self.offset, eof);
        match self.step(&mut input) {
            Ok(Some(event)) => {
                let consumed = input.consumed();
                self.offset += consumed as u64;
                Ok(Chunk::Parsed { consumed, event })
            }
            Ok(None) => Ok(Chunk::End),
            Err(Fail::More(missing)) => Ok(Chunk::NeedMoreData(missing)),
            Err(Fail::Error(error)) => Err(self.place(error)),
        }
    }

    fn pass_body(&mut self, len: u64, guessed: bool) -> Result<()> {
        let State::Body(after) = self.state else {
            return Err(Error::at(
                ErrorKind::Framing,
                self.offset,
                "no body is awaited here",
            ));
        };
        let end = self.offset.checked_add(len);
        let limit = self.packages.last().map_or(u64::MAX, |package| package.end);
        let Some(end) = end.filter(|end| *end <= limit) else {
            let message =
                format!("a body of {len} bytes leaves its package, which ends at {limit:#x}");
            return Err(self.place(Error::at(ErrorKind::Framing, self.offset, message)));
        };
        self.offset = end;
        self.state = match after {
            AfterBody::SectionEnd => State::SectionEnd { guessed },
            AfterBody::Live(grammar, phase) => State::Live(grammar, phase),
        };
        Ok(())
    }

    /// Within a package nothing behind its end is to be seen.
    #[inline]
    fn clip<'a>(&self, data: &'a [u8], eof: bool) -> (&'a [u8], bool) {
        let Some(package) = self.packages.last() else {
            return (data, eof);
        };
        let left = usize::try_from(package.end.saturating_sub(self.offset)).unwrap_or(usize::MAX);
        match data.get(..left) {
            Some(data) => (data, true),
            None => (data, eof),
        }
    }

    /// Names the section that an error happened in.
    #[cold]
    fn place(&self, error: Error) -> Error {
        match &self.section {
            Some(section) => error.or_at(self.offset).inside(section.idstr().to_string()),
            None => error.or_at(self.offset),
        }
    }

    #[inline]
    fn step<'a>(&mut self, input: &mut Input<'a>) -> Step<Option<Event<'a>>> {
        match self.state {
            State::Ram => {
                let record = self.ram.next(input, &self.facts)?;
                if let Ram::Eos { .. } = record {
                    self.state = State::SectionEnd { guessed: false };
                }
                Ok(Some(Event::Ram(record)))
            }
            State::Header => self.header(input).map(Some),
            State::Configuration => self.configuration(input).map(Some),
            State::Between => self.between(input).map(Some),
            State::Live(grammar, phase) => self.live(input, grammar, phase).map(Some),
            State::Body(_) => Err(input.fail(
                ErrorKind::Unsupported,
                "nobody said how long the section's body is",
            )),
            State::SectionEnd { guessed } => self.section_end(input, guessed).map(Some),
            State::PackageRest => self.package_rest(input).map(Some),
            State::AfterEof => self.after_eof(input),
            State::Trailing => self.trailing(input),
        }
    }

    fn live<'a>(
        &mut self,
        input: &mut Input<'a>,
        grammar: Grammar,
        phase: Phase,
    ) -> Step<Event<'a>> {
        let (record, flow) = live::read(input, grammar, phase, self.facts.page_size.bytes)?;
        self.state = match flow {
            Flow::More(phase) => State::Live(grammar, phase),
            Flow::Body(phase) => State::Body(AfterBody::Live(grammar, phase)),
            Flow::End => State::SectionEnd { guessed: false },
        };
        Ok(Event::Live(record))
    }

    fn header<'a>(&mut self, input: &mut Input<'a>) -> Step<Event<'a>> {
        let at = input.offset();
        let magic = input.u32()?;
        if magic != marker::FILE_MAGIC {
            let message = format!("Not a migration stream: it starts with {magic:08x}, not 'QEVM'");
            return Err(fail_at(ErrorKind::Magic, at, message));
        }
        match input.u32()? {
            marker::FILE_VERSION => {
                self.state = State::Configuration;
                Ok(Event::Header {
                    at,
                    version: marker::FILE_VERSION,
                })
            }
            marker::FILE_VERSION_COMPAT => Err(fail_at(
                ErrorKind::Version,
                at + 4,
                "SaveVM v2 format is obsolete and doesn't work anymore",
            )),
            version => Err(fail_at(
                ErrorKind::Version,
                at + 4,
                format!("Unsupported migration stream version {version}"),
            )),
        }
    }

    fn configuration<'a>(&mut self, input: &mut Input<'a>) -> Step<Event<'a>> {
        if input.peek_u8()? != Some(marker::CONFIGURATION) {
            return self.between(input);
        }
        let at = input.offset();
        input.u8()?;
        let configuration = Configuration::read(input, at)?;
        if let Some(bits) = configuration.target_page_bits() {
            self.learn_page_size(1 << bits, PageSizeSource::Configuration, at)?;
        }
        for capability in configuration.capabilities() {
            self.facts.ignore_shared |= capability == "x-ignore-shared";
            self.facts.mapped |= capability == "mapped-ram";
        }
        self.state = State::Between;
        Ok(Event::Configuration(configuration))
    }

    fn learn_page_size(&mut self, bytes: u64, source: PageSizeSource, at: u64) -> Step<()> {
        let known = self.facts.page_size;
        if known.source != PageSizeSource::Assumed && known.bytes != bytes {
            let message =
                format!("the target's page size is {bytes} here, but {known} was said before");
            return Err(fail_at(ErrorKind::Mismatch, at, message));
        }
        self.facts.page_size = PageSize { bytes, source };
        Ok(())
    }

    fn between<'a>(&mut self, input: &mut Input<'a>) -> Step<Event<'a>> {
        let at = input.offset();
        if self.packages.last().is_some_and(|_| input.at_end()) {
            return Err(input.fail(
                ErrorKind::Framing,
                "a package ends without POSTCOPY_RUN or the end mark",
            ));
        }
        match input.u8()? {
            marker::EOF => {
                self.state = if self.packages.is_empty() {
                    State::AfterEof
                } else {
                    State::PackageRest
                };
                Ok(Event::Eof { at })
            }
            marker::COMMAND => self.command(input, at),
            byte => match SectionKind::from_byte(byte) {
                Some(kind) => self.section_start(input, at, kind),
                None => {
                    let message = format!("Unknown savevm section type {byte}");
                    Err(fail_at(ErrorKind::Framing, at, message))
                }
            },
        }
    }

    fn section_start<'a>(
        &mut self,
        input: &mut Input<'a>,
        at: u64,
        kind: SectionKind,
    ) -> Step<Event<'a>> {
        let header = if kind.names_the_section() {
            let header = read_named(input, at, kind)?;
            self.remember(&header)?;
            header
        } else {
            let id = SectionId(input.u32()?);
            let Some(section) = self.sections.get(&id) else {
                return Err(fail_at(
                    ErrorKind::Framing,
                    at,
                    format!("Unknown savevm section {id}"),
                ));
            };
            let section = Arc::clone(section);
            let grammar = grammar_of(kind, &section);
            SectionHeader {
                at,
                kind,
                section,
                grammar,
            }
        };
        self.state = match header.grammar {
            Grammar::Ram => State::Ram,
            Grammar::Device => State::Body(AfterBody::SectionEnd),
            grammar => State::Live(grammar, Phase::First),
        };
        self.section = Some(Arc::clone(&header.section));
        Ok(Event::Section(header))
    }

    fn remember(&mut self, header: &SectionHeader) -> Step<()> {
        if self.sections.len() >= MAX_SECTIONS && !self.sections.contains_key(&header.section.id) {
            let message = format!("more than {MAX_SECTIONS} sections");
            return Err(fail_at(ErrorKind::Limit, header.at, message));
        }
        self.sections
            .insert(header.section.id, Arc::clone(&header.section));
        Ok(())
    }

    fn command<'a>(&mut self, input: &mut Input<'a>, at: u64) -> Step<Event<'a>> {
        let command = Command::read(input)?;
        match command {
            Command::PostcopyAdvise(Some(advise)) => {
                let bytes = advise.target_page_size;
                if !bytes.is_power_of_two() || !PAGE_BITS.contains(&bytes.trailing_zeros()) {
                    let message = format!("POSTCOPY_ADVISE with a target page size of {bytes}");
                    return Err(fail_at(ErrorKind::Command, at, message));
                }
                self.learn_page_size(bytes, PageSizeSource::Advise, at)?;
                self.facts.advise = Some(advise);
            }
            Command::Packaged(len) => {
                if self.packages.len() >= MAX_DEPTH {
                    let message = format!("packages nest deeper than {MAX_DEPTH}");
                    return Err(fail_at(ErrorKind::Limit, at, message));
                }
                let end = input.offset() + u64::from(len);
                if let Some(outer) = self.packages.last().filter(|outer| outer.end < end) {
                    let message = format!(
                        "a package of {len} bytes leaves its own, which ends at {:#x}",
                        outer.end
                    );
                    return Err(fail_at(ErrorKind::Command, at, message));
                }
                self.packages.push(Package { end });
            }
            Command::PostcopyRun if !self.packages.is_empty() => {
                self.state = State::PackageRest;
                return Ok(Event::Command(CommandRecord { at, command }));
            }
            _ => {}
        }
        self.state = State::Between;
        Ok(Event::Command(CommandRecord { at, command }))
    }

    fn section_end<'a>(&mut self, input: &mut Input<'a>, guessed: bool) -> Step<Event<'a>> {
        let Some(section) = self.section.clone() else {
            return Err(input.fail(ErrorKind::Framing, "no section ends here"));
        };
        let at = input.offset();
        let next = input.peek_u8()?;
        let footer = self.footers.unwrap_or(next == Some(marker::SECTION_FOOTER));
        if footer {
            self.footer(input, &section)?;
        } else if self.footers.is_none() && !next.is_none_or(may_follow_a_section) {
            return Err(missing_footer(at, &section, next));
        }
        self.footers = Some(footer);
        self.section = None;
        self.state = State::Between;
        Ok(Event::SectionEnd(SectionEnd {
            at,
            section,
            footer,
            guessed,
        }))
    }

    fn footer(&self, input: &mut Input<'_>, section: &Section) -> Step<()> {
        let at = input.offset();
        let next = input.peek_u8()?;
        if next != Some(marker::SECTION_FOOTER) {
            return Err(missing_footer(at, section, next));
        }
        input.u8()?;
        let id = input.u32()?;
        if id != section.id.0 {
            let message = format!(
                "Mismatched section id in footer for {} - read {id:#x} expected {:#x}",
                section.idstr(),
                section.id.0
            );
            return Err(fail_at(ErrorKind::Framing, at, message));
        }
        Ok(())
    }
}

fn may_follow_a_section(byte: u8) -> bool {
    SectionKind::from_byte(byte).is_some() || byte == marker::EOF || byte == marker::COMMAND
}

#[cold]
fn missing_footer(at: u64, section: &Section, next: Option<u8>) -> Fail {
    let found = next.map_or_else(
        || "the input ends".into(),
        |byte| format!("the next byte is {byte:#04x}"),
    );
    let message = format!("Missing section footer for {}: {found}", section.idstr());
    fail_at(ErrorKind::Framing, at, message)
}
