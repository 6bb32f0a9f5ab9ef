//! The pull parser: takes bytes as they come, says what they are, keeps only what it needs to go on.
//!
//! In go the bytes at the parser's offset, out comes one event or the wish for more bytes. It never keeps data, so
//! one code serves a mapped file and a pipe. What a device's body is it leaves to others: behind the header of such
//! a section it waits for [`Parser::body_done`].

mod command;
mod head;
mod section;
mod tail;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::event::Event;
use super::input::{fail_at, Fail, Input, Step};
use super::live::Phase;
use super::name::{BlockIndex, SectionId};
use super::ram::{Facts, PageSize, PageSizeSource, Ram, RamBlock, RamPage, RamWalk};
use super::section::{Grammar, Section, SectionKind};
use crate::error::{Error, ErrorKind, Result};
use crate::limits::PAGE_BITS;
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

impl State {
    /// What is read outside sections, as errors call it.
    fn part(self) -> &'static str {
        match self {
            Self::Header => "file header",
            Self::Configuration => "configuration",
            Self::Between => "section header",
            Self::Ram | Self::Live(..) | Self::Body(_) | Self::SectionEnd { .. } => "section",
            Self::PackageRest => "package",
            Self::AfterEof => "description",
            Self::Trailing => "bytes behind the end",
        }
    }

    /// The section of docs/format.md that an error of `kind` is against.
    fn section(self, kind: ErrorKind) -> &'static str {
        match (self, kind) {
            (_, ErrorKind::Limit | ErrorKind::Unsupported) => kind.section(),
            (Self::Header, _) => "1.1",
            (Self::Configuration, _) => "1.5",
            (Self::Between, ErrorKind::Truncated) => "1.2",
            (Self::Between, _) => kind.section(),
            (Self::Ram, _) => "2.1",
            (Self::Live(grammar, _), _) => grammar.section(),
            (Self::Body(_), _) => "1.1",
            (Self::SectionEnd { .. }, _) => "1.4",
            (Self::PackageRest, _) => "1.6",
            (Self::AfterEof | Self::Trailing, _) => "1.8",
        }
    }
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
        let step = match self.state {
            // Nearly all of a stream: it goes the shortest way.
            State::Ram => self.ram_record(&mut input),
            _ => self.step(&mut input),
        };
        match step {
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

    /// Passes the pages at the front of `data`, as far as they are plain or zero and of the block before, and hands each
    /// to `each`. Returns how many bytes they took. They are those for which [`Self::parse`] would have given an event;
    /// whatever stands behind them is for it to read.
    ///
    /// It is for callers that look at all pages of a large stream: it takes a fraction of the time.
    #[inline]
    pub fn pages<'a>(&mut self, data: &'a [u8], mut each: impl FnMut(RamPage<'a>)) -> usize {
        if self.state != State::Ram {
            return 0;
        }
        let (data, _) = self.clip(data, false);
        let consumed = self.ram.run(data, self.offset, &self.facts, &mut each);
        self.offset += consumed as u64;
        consumed
    }

    #[inline]
    fn ram_record<'a>(&mut self, input: &mut Input<'a>) -> Step<Option<Event<'a>>> {
        let record = self.ram.next(input, &self.facts)?;
        if let Ram::Eos { .. } = record {
            self.state = State::SectionEnd { guessed: false };
        }
        Ok(Some(Event::Ram(record)))
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
        let section = self.state.section(error.kind());
        let error = error.or_at(self.offset).cite(section);
        match &self.section {
            Some(section) => error.inside(section.idstr().to_string()),
            None if error.path().is_empty() => error.inside(self.state.part()),
            None => error,
        }
    }

    fn step<'a>(&mut self, input: &mut Input<'a>) -> Step<Option<Event<'a>>> {
        match self.state {
            State::Ram => self.ram_record(input),
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
}
