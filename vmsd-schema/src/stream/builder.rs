//! Writes a stream: event by event, as the parser gave them, or thing by thing.
//!
//! What was parsed is rebuilt byte for byte when each event is handed to [`StreamBuilder::event`] and each device's
//! body to [`StreamBuilder::body`]. The builder checks nothing but that names and lengths fit: broken streams are
//! wanted too, by tests.

use super::command::Command;
use super::configuration::Configuration;
use super::event::Event;
use super::name::{InstanceId, Name, SectionId};
use super::ram::flag;
use super::section::{Section, SectionKind};
use crate::error::{Error, ErrorKind, Result};
use crate::wire::{marker, Writer};

/// A stream in the making.
#[derive(Clone, Debug)]
pub struct StreamBuilder {
    out: Writer,
    footers: bool,
    /// The section that [`StreamBuilder::end_section`] ends.
    open: SectionId,
}

impl Default for StreamBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl StreamBuilder {
    /// Nothing yet, not even the header. Sections will have footers.
    #[must_use]
    pub fn new() -> Self {
        Self {
            out: Writer::new(),
            footers: true,
            open: SectionId(0),
        }
    }

    /// Sections will have no footers, as those of machine types before 2.4.
    #[must_use]
    pub fn without_footers(mut self) -> Self {
        self.footers = false;
        self
    }

    /// The stream so far.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.out.as_bytes()
    }

    /// The stream.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    /// Appends what `event` was read from. A package is written by its command, the events in it, and its end.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name or length that the format cannot carry.
    pub fn event(&mut self, event: &Event<'_>) -> Result<&mut Self> {
        match event {
            Event::Header { version, .. } => {
                self.out.u32(marker::FILE_MAGIC);
                self.out.u32(*version);
            }
            Event::Configuration(configuration) => configuration.write(&mut self.out)?,
            Event::Section(header) => header.section.write_header(header.kind, &mut self.out)?,
            Event::Ram(record) => record.write(&mut self.out)?,
            Event::Live(record) => record.live.write(&mut self.out)?,
            Event::SectionEnd(end) if end.footer => self.footer(end.section.id),
            Event::SectionEnd(_) => {}
            Event::Command(record) => record.command.write(&mut self.out)?,
            Event::PackagedEnd { rest, .. } => self.out.bytes(rest),
            Event::Eof { .. } => self.out.u8(marker::EOF),
            Event::Description(text) => {
                self.out.u8(marker::VMDESCRIPTION);
                self.out.u32(text.declared);
                self.out.bytes(text.json);
            }
            Event::Trailing(trailing) => self.out.bytes(trailing.bytes),
        }
        Ok(self)
    }

    /// Bytes as they are: a device's body.
    pub fn body(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.bytes(bytes);
        self
    }

    /// The magic and the version.
    pub fn header(&mut self) -> &mut Self {
        self.out.u32(marker::FILE_MAGIC);
        self.out.u32(marker::FILE_VERSION);
        self
    }

    /// A configuration section that names the machine and says no more.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name that the format cannot carry.
    pub fn machine(&mut self, name: &str) -> Result<&mut Self> {
        let configuration = Configuration {
            at: 0,
            machine: name.into(),
            subsections: Vec::new(),
        };
        configuration.write(&mut self.out)?;
        Ok(self)
    }

    /// The header of a START or FULL section.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name above 255 bytes.
    pub fn section(&mut self, kind: SectionKind, section: &Section) -> Result<&mut Self> {
        section.write_header(kind, &mut self.out)?;
        self.open = section.id;
        Ok(self)
    }

    /// A whole FULL section.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name above 255 bytes.
    pub fn full(
        &mut self,
        id: u32,
        idstr: &str,
        instance: u32,
        version: u32,
        body: &[u8],
    ) -> Result<&mut Self> {
        let section = Section::new(SectionId(id), idstr.into(), InstanceId(instance), version);
        Ok(self
            .section(SectionKind::Full, &section)?
            .body(body)
            .end_section())
    }

    /// The footer of the section that was begun last, if sections have them.
    pub fn end_section(&mut self) -> &mut Self {
        if self.footers {
            self.footer(self.open);
        }
        self
    }

    /// The start of a RAM section: the total and the block list.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name above 255 bytes.
    pub fn ram_blocks(&mut self, blocks: &[(&str, u64)]) -> Result<&mut Self> {
        self.out
            .u64(blocks.iter().map(|(_, len)| len).sum::<u64>() | flag::MEM_SIZE);
        for (name, len) in blocks {
            self.out.counted_string(name)?;
            self.out.u64(*len);
        }
        Ok(self)
    }

    /// A page as it is. Without a block it is of the last one that was named.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a name above 255 bytes.
    pub fn page(&mut self, block: Option<Name<'_>>, offset: u64, data: &[u8]) -> Result<&mut Self> {
        self.ram_word(offset | flag::PAGE, block)?;
        Ok(self.body(data))
    }

    /// A zero page.
    ///
    /// # Errors
    /// As [`Self::page`].
    pub fn zero_page(&mut self, block: Option<Name<'_>>, offset: u64) -> Result<&mut Self> {
        self.ram_word(offset | flag::ZERO, block)?;
        Ok(self.body(&[0]))
    }

    /// The end mark of a RAM section's payload.
    pub fn ram_end(&mut self) -> &mut Self {
        self.out.u64(flag::EOS);
        self
    }

    /// A command. For a package use [`Self::packaged`].
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for a payload that the format cannot carry.
    pub fn command(&mut self, command: Command<'_>) -> Result<&mut Self> {
        command.write(&mut self.out)?;
        Ok(self)
    }

    /// A command and the package that follows it.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] above 4 GiB.
    pub fn packaged(&mut self, package: &Self) -> Result<&mut Self> {
        let bytes = package.as_bytes();
        let len = u32::try_from(bytes.len()).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                format!("a package of {} bytes", bytes.len()),
            )
        })?;
        Ok(self.command(Command::Packaged(len))?.body(bytes))
    }

    /// The mark behind the last section.
    pub fn eof(&mut self) -> &mut Self {
        self.out.u8(marker::EOF);
        self
    }

    /// The description.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] above 4 GiB.
    pub fn description(&mut self, json: &str) -> Result<&mut Self> {
        let len = u32::try_from(json.len()).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                format!("a description of {} bytes", json.len()),
            )
        })?;
        self.out.u8(marker::VMDESCRIPTION);
        self.out.u32(len);
        Ok(self.body(json.as_bytes()))
    }

    fn footer(&mut self, id: SectionId) {
        self.out.u8(marker::SECTION_FOOTER);
        self.out.u32(id.0);
    }

    fn ram_word(&mut self, word: u64, block: Option<Name<'_>>) -> Result<()> {
        match block {
            Some(name) => {
                self.out.u64(word);
                self.out.counted_bytes(name.as_bytes())
            }
            None => {
                self.out.u64(word | flag::CONTINUE);
                Ok(())
            }
        }
    }
}
