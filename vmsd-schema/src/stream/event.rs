//! What the parser says: one event for each thing on the stream, in its order.
//!
//! Events borrow from the input. Together with the bodies of devices they carry every byte, so
//! [`super::StreamBuilder`] can put the stream together again.

use std::sync::Arc;

use super::command::CommandRecord;
use super::configuration::Configuration;
use super::live::LiveRecord;
use super::ram::Ram;
use super::section::{Section, SectionHeader};

/// One thing on the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The stream begins.
    Header {
        /// Where the magic stands.
        at: u64,
        /// The version of the format.
        version: u32,
    },
    /// The configuration section.
    Configuration(Configuration<'a>),
    /// A section begins. Behind that of a [`super::Grammar::Device`] the parser waits to be told how long
    /// the body is.
    Section(SectionHeader),
    /// A record of a RAM section.
    Ram(Ram<'a>),
    /// A record of another section with a grammar of its own.
    Live(LiveRecord<'a>),
    /// A section ends.
    SectionEnd(SectionEnd),
    /// A command. The bytes of a package follow as events.
    Command(CommandRecord<'a>),
    /// The package of a PACKAGED command ends.
    PackagedEnd {
        /// Where what is left of it begins.
        at: u64,
        /// What is left behind the command or the mark that ended it; QEMU ignores it.
        rest: &'a [u8],
    },
    /// The mark behind the last section.
    Eof {
        /// Where it stands.
        at: u64,
    },
    /// The description of all devices.
    Description(DescriptionText<'a>),
    /// Whatever follows the end of the stream.
    Trailing(Trailing<'a>),
}

/// The end of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionEnd {
    /// Where the footer stands or would stand.
    pub at: u64,
    /// The section that ends.
    pub section: Arc<Section>,
    /// Whether the stream has footers.
    pub footer: bool,
    /// Whether the length of the body was guessed by searching for its end.
    pub guessed: bool,
}

/// The description at the tail of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DescriptionText<'a> {
    /// Where the type byte stands.
    pub at: u64,
    /// How long the stream says it is.
    pub declared: u32,
    /// The JSON, or as much of it as there is: QEMU does not mind a stream that ends early here.
    pub json: &'a [u8],
}

/// Bytes behind the end of the stream, such as the padding of a disk cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailing<'a> {
    /// Where they begin.
    pub at: u64,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl Trailing<'_> {
    /// Whether they are all zero.
    #[must_use]
    pub fn is_padding(&self) -> bool {
        self.bytes.iter().all(|byte| *byte == 0)
    }
}

impl Event<'_> {
    /// Where the thing stands.
    #[must_use]
    pub fn at(&self) -> u64 {
        match self {
            Self::Configuration(configuration) => configuration.at,
            Self::Section(header) => header.at,
            Self::Ram(record) => record.at(),
            Self::Live(record) => record.at,
            Self::SectionEnd(end) => end.at,
            Self::Command(record) => record.at,
            Self::Description(text) => text.at,
            Self::Trailing(trailing) => trailing.at,
            Self::Header { at, .. } | Self::PackagedEnd { at, .. } | Self::Eof { at } => *at,
        }
    }
}
