//! From a stream's first byte to its last: events and bodies, in order, to whoever looks at them.
//!
//! In goes an [`Input`], out come [`Step`]s with their bytes. What a body means is left to [`crate::reading::measure`], and what
//! is kept to the visitor.

use std::io;

use vmsd_schema::schema::{DeviceForm, StreamDescription};
use vmsd_schema::stream::{locate, Chunk, Event, PageSizeSource, Parser, RamPage, Section};
use vmsd_schema::{Error, ErrorKind};

use crate::files::feed::Feed;
use crate::files::input::Input;
use crate::reading::measure::{Measure, Measured, Measurer};

/// One thing on the stream and its bytes.
pub struct Step<'a> {
    /// The parser, behind the thing.
    pub parser: &'a Parser,
    /// The thing's bytes.
    pub raw: &'a [u8],
    /// What it is.
    pub thing: Thing<'a>,
}

/// What a [`Step`] has.
pub enum Thing<'a> {
    /// What the parser says.
    Event(Event<'a>),
    /// A device's body.
    Body {
        /// Where it begins.
        at: u64,
        /// Of which section.
        section: &'a Section,
        /// Who knows its length.
        measure: Measure,
        /// What the stream's description says of it.
        form: Option<&'a DeviceForm>,
    },
}

/// Why a walk did not reach the end.
#[derive(Debug)]
pub enum Stop {
    /// The stream is wrong, or nobody knows how to go on.
    Stream(Error),
    /// The input cannot be read.
    Input(io::Error),
    /// The visitor cannot write.
    Output(io::Error),
}

/// Whoever looks at a stream on a walk.
pub trait Visit {
    /// One thing.
    ///
    /// # Errors
    /// Those of what the visitor writes; they end the walk.
    fn step(&mut self, step: Step<'_>) -> io::Result<()>;

    /// Plain and zero pages of one block that follow each other, of at most [`RUN`] bytes of the stream. They come here
    /// and not as steps: nearly all of a large stream is pages.
    ///
    /// # Errors
    /// Those of what the visitor writes; they end the walk.
    fn pages(&mut self, parser: &Parser, pages: &[RamPage<'_>]) -> io::Result<()>;
}

/// Bytes of the stream whose pages are handed on at once.
pub const RUN: usize = 1 << 20;

/// A stream that is being walked.
pub struct Walk {
    /// What to call it in messages.
    pub name: String,
    start: u64,
    feed: Feed,
    parser: Parser,
    measurer: Option<Measurer>,
    /// The description that was found ahead of the walk.
    ahead: Option<Result<StreamDescription, Error>>,
}

/// Steps between two reports of progress.
const TICK: u32 = 1 << 12;

impl Walk {
    /// A walk at the start of `input`. `page_size` overrides what the stream itself says.
    ///
    /// # Errors
    /// Those of reading the input, or a page size that no target has.
    pub fn new(input: Input, page_size: Option<u64>) -> Result<Self, Stop> {
        let feed = Feed::new(input.source).map_err(Stop::Input)?;
        let start = feed.offset();
        let ahead = feed
            .whole()
            .and_then(locate::description_at_tail)
            .map(|located| read(&located, start, TAIL_PREFIX));
        let described = ahead
            .as_ref()
            .and_then(|description| description.as_ref().ok());
        let described = described
            .map(|description| description.page_size)
            .filter(|size| *size != 0);
        let mut parser = Parser::new().with_base(start);
        if let Some(size) = page_size {
            parser = parser.with_page_size(size).map_err(Stop::Stream)?;
        } else if let Some(better) =
            described.and_then(|size| parser.clone().with_page_size(size).ok())
        {
            parser = better;
        }
        Ok(Self {
            name: input.name,
            start,
            feed,
            parser,
            measurer: None,
            ahead,
        })
    }

    /// Tells that the visitor will write the pages of runs, and not just look at them.
    pub fn copy_runs(&mut self) {
        self.feed.copy_runs();
    }

    /// Whether it walks over a file as it lies there, which can be read anew at little cost.
    #[must_use]
    pub fn is_of_file(&self) -> bool {
        self.feed.is_of_file()
    }

    /// Tells that the visitor hardly looks at pages, and that a mapped file should take little memory.
    pub fn spare_memory(&mut self) {
        self.feed.spare_memory();
    }

    /// What was looked at of a mapped file need not stay in memory.
    pub fn let_go(&mut self) {
        self.feed.let_go();
    }

    /// Walks to the end, or to where it stops, step by step. `progress` is told the offset now and then.
    ///
    /// # Errors
    /// Why the walk stopped. What was visited stays true.
    pub fn run(
        &mut self,
        visit: &mut dyn FnMut(Step<'_>) -> io::Result<()>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Stop> {
        let mut ticks = 0_u32;
        while self.next(visit)? {
            ticks = ticks.wrapping_add(1);
            if ticks % TICK == 0 {
                progress(self.feed.offset());
            }
        }
        Ok(())
    }

    /// As [`Self::run`], with pages in runs.
    ///
    /// # Errors
    /// Why the walk stopped. What was visited stays true.
    pub fn visit(
        &mut self,
        visitor: &mut dyn Visit,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), Stop> {
        let mut ticks = 0_u32;
        loop {
            let passed = self.pages(visitor)?;
            if !self.next(&mut |step| visitor.step(step))? {
                return Ok(());
            }
            ticks = ticks.wrapping_add(1);
            if ticks % TICK == 0 || passed {
                progress(self.feed.offset());
            }
        }
    }

    /// Visits the next thing, if there is one.
    #[inline]
    fn next(&mut self, visit: &mut dyn FnMut(Step<'_>) -> io::Result<()>) -> Result<bool, Stop> {
        let (data, eof) = self.feed.rest();
        match self
            .parser
            .parse(data, eof)
            .map_err(|error| self.explain(error))?
        {
            Chunk::NeedMoreData(missing) => self.feed.more(missing).map_err(Stop::Input)?,
            Chunk::Parsed { consumed, event } => {
                let raw = data.get(..consumed).unwrap_or_default();
                visit(Step {
                    parser: &self.parser,
                    raw,
                    thing: Thing::Event(event),
                })
                .map_err(Stop::Output)?;
                self.feed.advance(consumed);
                if self.parser.awaits_body() {
                    self.body(visit)?;
                }
            }
            Chunk::End => return Ok(false),
        }
        Ok(true)
    }

    /// Visits all pages that can be had at once, and says whether there were many.
    fn pages(&mut self, visitor: &mut dyn Visit) -> Result<bool, Stop> {
        let mut many = false;
        loop {
            let page = usize::try_from(self.parser.page_size().bytes).unwrap_or(usize::MAX);
            let data = self.feed.run(page, RUN);
            let mut pages = Vec::new();
            let passed = self.parser.pages(data, |page| pages.push(page));
            if passed == 0 {
                return Ok(many);
            }
            visitor.pages(&self.parser, &pages).map_err(Stop::Output)?;
            self.feed.advance(passed);
            many |= passed > RUN / 8;
        }
    }

    /// Where the stream starts in its file: offsets count from there.
    #[must_use]
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The place that was reached.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.parser.offset()
    }

    /// The parser, as far as it came.
    #[must_use]
    pub fn parser(&self) -> &Parser {
        &self.parser
    }

    /// Bytes that were passed, if they are still here: always those of bodies.
    #[must_use]
    pub fn slice(&self, offset: u64, len: usize) -> Option<&[u8]> {
        self.feed.slice(offset, len)
    }

    /// The description that bodies were measured by, once there was one.
    #[must_use]
    pub fn measurer(&self) -> Option<&Measurer> {
        self.measurer.as_ref()
    }

    /// What the description says of a body that it measured.
    #[must_use]
    pub fn form(&self, measured: &Measured) -> Option<&DeviceForm> {
        let Measured::Description(index) = measured else {
            return None;
        };
        Some(&self.measurer.as_ref()?.device(*index)?.form)
    }

    /// Why the description that was found could not be used.
    #[must_use]
    pub fn description_error(&self) -> Option<&Error> {
        self.ahead
            .as_ref()
            .and_then(|description| description.as_ref().err())
    }

    fn body(&mut self, visit: &mut dyn FnMut(Step<'_>) -> io::Result<()>) -> Result<(), Stop> {
        let whole = self.feed.hold().map_err(Stop::Input)?;
        let Some(section) = self.parser.current_section().cloned() else {
            return Ok(());
        };
        if self.measurer.is_none() {
            self.look_ahead();
        }
        let (mut data, _) = self.feed.rest();
        if let Some(end) = self.parser.package_end() {
            let left =
                usize::try_from(end.saturating_sub(self.parser.offset())).unwrap_or(usize::MAX);
            data = data.get(..left).unwrap_or(data);
        }
        let at = self.parser.offset();
        let inside = |error: Error| inside(error.or_at(at), &section.idstr().to_string());
        let measurer = self.measurer.get_or_insert_with(Measurer::default);
        let measure = measurer.measure(&section, data, &self.parser);
        let measure = match measure {
            Ok(measure) if whole || matches!(measure.by, Measured::Mirror(_)) => measure,
            Err(error) if whole => return Err(Stop::Stream(inside(error))),
            _ => return Err(Stop::Stream(inside(needs_a_file(at)))),
        };
        let len = measure.len;
        match measure.by {
            Measured::Guessed(guess) => self.parser.body_guessed(guess),
            _ => self.parser.body_done(len as u64),
        }
        .map_err(Stop::Stream)?;
        let raw = data.get(..len).unwrap_or_default();
        let form = match &measure.by {
            Measured::Description(index) => measurer.device(*index).map(|device| &device.form),
            _ => None,
        };
        let thing = Thing::Body {
            at,
            section: &section,
            measure,
            form,
        };
        visit(Step {
            parser: &self.parser,
            raw,
            thing,
        })
        .map_err(Stop::Output)?;
        self.feed.advance(len);
        Ok(())
    }

    /// Reads the description from the bytes that are here, if that has not been done.
    fn look_ahead(&mut self) {
        if self.ahead.is_none() {
            let (rest, _) = self.feed.rest();
            let base = self.feed.offset();
            let tail = || {
                locate::description_at_tail(rest).map(|located| read(&located, base, TAIL_PREFIX))
            };
            let debug =
                || locate::debug_migration(rest).map(|located| read(&located, base, DEBUG_PREFIX));
            self.ahead = tail().or_else(debug);
        }
        let description = self
            .ahead
            .as_ref()
            .and_then(|description| description.as_ref().ok())
            .cloned();
        self.measurer = Some(Measurer::new(description));
    }

    /// A stream of another page size than was assumed fails in its RAM.
    #[cold]
    fn explain(&self, error: Error) -> Stop {
        let assumed = self.parser.page_size().source == PageSizeSource::Assumed;
        if assumed && error.kind() == ErrorKind::Ram && self.feed.whole().is_none() {
            let message = format!("{}; from a pipe, --page-size can tell", error.message());
            let place = error.offset().unwrap_or(self.parser.offset());
            return Stop::Stream(Error::at(ErrorKind::Ram, place, message).inside(error.path()));
        }
        Stop::Stream(error)
    }
}

/// Type byte and length.
const TAIL_PREFIX: u64 = 5;
/// Length and magic string.
const DEBUG_PREFIX: u64 = 20;

fn read(located: &locate::Located<'_>, base: u64, prefix: u64) -> Result<StreamDescription, Error> {
    StreamDescription::from_json(located.json, base + located.at as u64 + prefix)
}

/// The error seen from outside the section, if it has not left it yet.
#[cold]
pub(crate) fn inside(error: Error, section: &str) -> Error {
    let path = error.path();
    let left = path
        .strip_prefix(section)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(" > "));
    if left {
        error
    } else {
        error.inside(section.to_owned())
    }
}

#[cold]
fn needs_a_file(at: u64) -> Error {
    let message = "a device stands before the end of RAM, and only the description at the tail could tell where it \
                   ends: the stream needs a file";
    Error::at(ErrorKind::Unsupported, at, message)
}
