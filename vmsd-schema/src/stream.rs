//! The framing of a migration stream: sections, commands and what is between them, as events over borrowed bytes.
//!
//! ```text
//!  "QEVM" 3                                  Header
//!  07 machine name, subsections              Configuration
//!  08 number, length, payload                Command       (a package is entered, PackagedEnd)
//!  01 id, name, instance, version            Section       START
//!     be64 words, pages …                    Ram …         or Live …
//!  7e id                                     SectionEnd    (from 2.4 machine types on)
//!  02 id … 7e id                             Section       PART, as often as it takes
//!  03 id … 7e id                             Section       END
//!  04 id, name, instance, version            Section       FULL
//!     a device's body, without a length      body(), body_done(len)
//!  7e id                                     SectionEnd
//!  00                                        Eof
//!  06 length, JSON                           Description
//!  00 …                                      Trailing
//! ```
//!
//! [`Parser`] takes the bytes as they come; [`Stream`] is the same over a whole slice. A body has no length, so
//! whoever knows its schema measures it: both lend their cursor for it and check the footer behind it. Nothing here knows
//! a field, a schema or a codec. [`StreamBuilder`] is the inverse.
//!
//! Two things are found by searching, and only where the caller asks for it: the end of a body that nobody knows
//! ([`guess`]) and the description at the tail ([`locate`]).

mod builder;
mod command;
mod configuration;
mod event;
pub mod guess;
mod input;
mod live;
pub mod locate;
mod name;
mod parser;
pub mod ram;
mod section;

pub use builder::StreamBuilder;
pub use command::{Command, CommandRecord, PostcopyAdvise, PostcopyRamDiscard};
pub use configuration::{Configuration, ConfigurationBody, ConfigurationSubsection};
pub use event::{DescriptionText, Event, SectionEnd, Trailing};
pub use live::{
    BlockRecord, DebugMigration, DirtyBitmapAction, DirtyBitmapBits, DirtyBitmapRecord, HtabRecord,
    Live, LiveRecord, StorageAttributes, StorageKeys, TodClock, VfioRecord,
};
pub use name::{BlockIndex, InstanceId, Name, SectionId};
pub use parser::{Chunk, Parser};
pub use ram::{
    MappedRam, PageKind, PageSize, PageSizeSource, Ram, RamBlock, RamBlockEntry, RamDestination,
    RamLoader, RamPage,
};
pub use section::{Grammar, Section, SectionHeader, SectionKind};

use crate::error::{Error, ErrorKind, Result};
use crate::wire::Reader;

/// A [`Parser`] over a whole stream.
#[derive(Clone, Debug)]
pub struct Stream<'a> {
    data: &'a [u8],
    /// The offset of the first byte of `data`.
    base: u64,
    parser: Parser,
}

impl<'a> Stream<'a> {
    /// The stream that `data` starts with.
    #[must_use]
    pub fn new(data: &'a [u8]) -> Self {
        Self::with_parser(data, Parser::new())
    }

    /// `data` begins where `parser` stands; that is how a page size or a base is told.
    #[must_use]
    pub fn with_parser(data: &'a [u8], parser: Parser) -> Self {
        Self {
            data,
            base: parser.offset(),
            parser,
        }
    }

    /// The next event, or `None` behind the last.
    ///
    /// # Errors
    /// Whatever is wrong with the stream. After an error the stream stands where it was, so the same comes again.
    #[allow(
        clippy::should_implement_trait,
        reason = "it can fail, and the caller works with the stream in between"
    )]
    #[inline]
    pub fn next(&mut self) -> Result<Option<Event<'a>>> {
        match self.parser.parse(self.rest(), true)? {
            Chunk::Parsed { event, .. } => Ok(Some(event)),
            Chunk::End => Ok(None),
            Chunk::NeedMoreData(missing) => {
                let message = format!("the input ends {missing} bytes too early");
                Err(Error::at(ErrorKind::Truncated, self.offset(), message))
            }
        }
    }

    /// Passes pages of RAM that begin here, faster than [`Self::next`] would give them; see [`Parser::pages`].
    #[inline]
    pub fn pages(&mut self, each: impl FnMut(RamPage<'a>)) {
        let rest = self.rest();
        self.parser.pages(rest, each);
    }

    /// A cursor over the body that begins here, and over whatever follows it: only its schema knows its end.
    #[must_use]
    pub fn body(&self) -> Reader<'a> {
        let rest = self.rest();
        let package = self
            .parser
            .package_end()
            .map(|end| end.saturating_sub(self.offset()));
        let len = package
            .and_then(|left| usize::try_from(left).ok())
            .unwrap_or(usize::MAX);
        Reader::with_base(rest.get(..len).unwrap_or(rest), self.offset())
    }

    /// Passes the body, which has `len` bytes, and lends them.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`] if they are not there, [`ErrorKind::Framing`] if no body is awaited.
    pub fn body_done(&mut self, len: usize) -> Result<&'a [u8]> {
        let body = self.measured(len)?;
        self.parser.body_done(len as u64)?;
        Ok(body)
    }

    /// Searches for the end of the body that begins here. Pass what it finds to [`Self::body_guessed`].
    #[must_use]
    pub fn guess_body(&self) -> Option<guess::Guess> {
        let section = self
            .parser
            .current_section()
            .filter(|_| self.parser.awaits_body())?;
        guess::body_len(self.body().rest(), section.id, self.parser.footers())
    }

    /// As [`Self::body_done`], for a guessed length; the section's end will say so.
    ///
    /// # Errors
    /// As [`Self::body_done`].
    pub fn body_guessed(&mut self, guess: guess::Guess) -> Result<&'a [u8]> {
        let body = self.measured(guess.len())?;
        self.parser.body_guessed(guess)?;
        Ok(body)
    }

    /// What the parser has learned so far.
    #[must_use]
    pub fn parser(&self) -> &Parser {
        &self.parser
    }

    /// The offset of the next byte.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.parser.offset()
    }

    /// The bytes that are left.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        let passed = usize::try_from(self.parser.offset() - self.base).unwrap_or(usize::MAX);
        self.data.get(passed..).unwrap_or_default()
    }

    fn measured(&self, len: usize) -> Result<&'a [u8]> {
        self.body()
            .bytes(len)
            .map_err(|error| match self.parser.current_section() {
                Some(section) => error.inside(section.idstr().to_string()),
                None => error,
            })
    }
}
