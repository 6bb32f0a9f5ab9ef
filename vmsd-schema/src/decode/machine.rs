//! A whole stream, read: its sections with their bodies, and what was learned on the way.
//!
//! In go bytes and typed mirrors, out comes a [`Machine`]. Bodies are measured and not yet decoded; [`Machine::decode`] does
//! that for one section. A stream that is damaged gives a machine too, up to where it stopped.

mod collector;
mod configuration;
mod ram;
mod schemas;

use std::sync::Arc;

pub use collector::Collector;
pub use configuration::MachineConfiguration;
pub use ram::{BlockSummary, RamSummary};

pub use super::body::{Layout, Measured, Mirrored, Mirrors, Unread};
use super::described::{decode, End};
use super::node::Struct;
use crate::error::{Error, Result};
use crate::schema::{Description, DeviceForm, Dialect, StreamDescription};
use crate::stream::{Grammar, PageSize, Parser, SectionKind};
use crate::wire::Reader;

/// What a stream says of a machine.
#[derive(Debug)]
pub struct Machine<'s> {
    /// Where the stream starts.
    pub start: u64,
    /// Behind the last thing that was understood.
    pub end: u64,
    /// The configuration section.
    pub configuration: Option<MachineConfiguration<'s>>,
    /// The target's page size.
    pub page_size: PageSize,
    /// Whether sections have footers, if there was one to tell.
    pub footers: Option<bool>,
    /// Sections in the order in which they begin; later rounds of a live section are counted on the first.
    pub sections: Vec<MachineSection<'s>>,
    /// Guest memory.
    pub ram: RamSummary,
    /// Commands, up to a bound; see [`Self::command_count`].
    pub commands: Vec<MachineCommand>,
    /// How many commands there are.
    pub command_count: u64,
    /// What the stream says of itself.
    pub description: Option<MachineDescription>,
    /// Whatever follows the end of the stream.
    pub trailing: Option<MachineTrailing>,
    /// What is wrong with the stream but did not stop the reader.
    pub problems: Vec<Error>,
    /// What stopped the reader before the stream's end.
    pub stopped: Option<Error>,
}

/// A section from START or FULL on.
#[derive(Clone, Debug)]
pub struct MachineSection<'s> {
    /// Where the type byte stands.
    pub at: u64,
    /// START or FULL.
    pub kind: SectionKind,
    /// The names and numbers of the header.
    pub header: Arc<crate::stream::Section>,
    /// The name as text.
    pub name: String,
    /// How the body was read.
    pub grammar: Grammar,
    /// Where the body begins.
    pub body_at: u64,
    /// Bytes of the body.
    pub len: u64,
    /// The body; nothing on a pipe before its rest was kept.
    pub body: Option<&'s [u8]>,
    /// What the bytes mean.
    pub layout: Layout,
    /// Who knew how long the body is.
    pub measured: Measured,
    /// PART and END sections of this one.
    pub rounds: u64,
    /// Bytes of their bodies.
    pub round_bytes: u64,
    /// Whether there was an END.
    pub ended: bool,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineCommand {
    /// Where its type byte stands.
    pub at: u64,
    /// Its number.
    pub number: u16,
    /// QEMU's name of it.
    pub name: &'static str,
}

/// The description and its place.
#[derive(Clone, Debug)]
pub struct MachineDescription {
    /// Where the JSON begins.
    pub at: u64,
    /// Bytes of JSON.
    pub len: u64,
    /// The family of QEMU versions that writes like this.
    pub dialect: Dialect,
    /// What it says.
    pub content: StreamDescription,
}

/// Bytes behind the end of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MachineTrailing {
    /// Where they begin.
    pub at: u64,
    /// How many there are, as far as they were seen.
    pub len: u64,
    /// Whether all are zero.
    pub is_padding: bool,
}

/// What the reader may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether the end of a body that nobody knows is searched for.
    pub guess: bool,
}

impl<'s> Machine<'s> {
    /// Reads the stream that `data` starts with; `parser` stands at its start.
    #[must_use]
    pub fn read(data: &'s [u8], parser: Parser, mirrors: &dyn Mirrors, options: Options) -> Self {
        Collector::new(mirrors, options).rest(data, parser)
    }

    /// The layout of a section's body, if there is one.
    #[must_use]
    pub fn layout<'m>(&'m self, section: &'m MachineSection<'s>) -> Option<&'m Description> {
        match &section.layout {
            Layout::Described(index) => {
                match &self.description.as_ref()?.content.devices.get(*index)?.form {
                    DeviceForm::Vmsd(description) => Some(description),
                    DeviceForm::Opaque { .. } => None,
                }
            }
            Layout::Mirrored(description) => Some(description),
            Layout::Grammar | Layout::Unknown(_) => None,
        }
    }

    /// The values of a section's body, if it has a layout and was kept.
    pub fn decode<'m>(&'m self, section: &'m MachineSection<'s>) -> Option<Result<Struct<'m>>> {
        let (layout, body) = (self.layout(section)?, section.body?);
        let mut reader = Reader::with_base(body, section.body_at);
        Some(
            decode(layout, &mut reader, End::Known)
                .map_err(|error| error.inside(section.name.clone())),
        )
    }

    /// The values of the configuration section.
    pub fn decode_configuration(&self) -> Option<Result<Struct<'_>>> {
        let configuration = self.configuration.as_ref()?;
        let mut reader = Reader::with_base(configuration.bytes?, configuration.at + 1);
        Some(
            decode(&configuration.layout, &mut reader, End::Known)
                .map_err(|error| error.inside("configuration")),
        )
    }

    /// The sections of a name.
    pub fn sections_named<'m>(
        &'m self,
        name: &'m str,
    ) -> impl Iterator<Item = &'m MachineSection<'s>> + 'm {
        self.sections
            .iter()
            .filter(move |section| section.name == name)
    }
}
