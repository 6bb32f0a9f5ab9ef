//! Where a device's body ends: the stream's description says it, else a mirror, else the one search that marks what it
//! found as guessed.

use std::sync::LazyLock;

use vmsd_schema::decode::body::{Finder, Found, Index, Layout, Lost};
use vmsd_schema::decode::typed::Registry;
use vmsd_schema::schema::{Description, DeviceEntry, DeviceForm, StreamDescription};
use vmsd_schema::stream::guess::{self, Guess};
use vmsd_schema::stream::{Parser, Section};
use vmsd_schema::wire::Reader;
use vmsd_schema::Error;

use crate::mirrors;

/// Who says how long a body is, and what is known of it.
#[derive(Clone, Debug)]
pub enum Measured {
    /// The device of this number in the stream's description.
    Description(usize),
    /// A mirror; this is what it says of the body.
    Mirror(Box<Description>),
    /// Nobody: the end was searched for.
    Guessed(Guess),
}

/// A body's length and who says so.
#[derive(Debug)]
pub struct Measure {
    /// Bytes of the body.
    pub len: usize,
    /// Who says so.
    pub by: Measured,
    /// Why those that come first did not say it.
    pub problem: Option<Error>,
}

impl Measured {
    /// What the values of the body are read by; `form` is what the stream's description says of it.
    #[must_use]
    pub fn layout<'a>(&'a self, form: Option<&'a DeviceForm>) -> Option<&'a Description> {
        match (self, form) {
            (Self::Mirror(description), _) => Some(description),
            (Self::Description(_), Some(DeviceForm::Vmsd(description))) => Some(description),
            _ => None,
        }
    }
}

/// Measures the bodies of one stream, in their order.
#[derive(Default)]
pub struct Measurer {
    description: Option<StreamDescription>,
    index: Index,
}

impl Measurer {
    /// Goes by `description`, if there is one.
    #[must_use]
    pub fn new(description: Option<StreamDescription>) -> Self {
        let index = description.as_ref().map(Index::new).unwrap_or_default();
        Self { description, index }
    }

    /// The description that bodies are measured by.
    #[must_use]
    pub fn description(&self) -> Option<&StreamDescription> {
        self.description.as_ref()
    }

    /// A device of the description.
    #[must_use]
    pub fn device(&self, index: usize) -> Option<&DeviceEntry> {
        self.description.as_ref()?.devices.get(index)
    }

    /// Measures the body of `section` at the start of `data`, which reaches to the end of what may belong to it.
    /// The parser stands at the body.
    ///
    /// # Errors
    /// Why nobody knows the end.
    pub fn measure(
        &mut self,
        section: &Section,
        data: &[u8],
        parser: &Parser,
    ) -> Result<Measure, Error> {
        let finder = Finder {
            section,
            first: true,
            reader: Reader::with_base(data, parser.offset()),
            footers: parser.footers(),
            devices: self.description.as_ref().map(|found| &*found.devices),
            mirrors: registry(),
        };
        match finder.find(&mut self.index) {
            Ok(Found {
                len,
                layout: Layout::Mirrored(description),
                problem,
                ..
            }) => Ok(Measure {
                len,
                by: Measured::Mirror(description),
                problem,
            }),
            Ok(Found {
                len,
                entry,
                problem,
                ..
            }) => Ok(Measure {
                len,
                by: Measured::Description(entry.unwrap_or_default()),
                problem,
            }),
            Err(Lost { error, .. }) => match guess::body_len(data, section.id, parser.footers()) {
                Some(guess) => Ok(Measure {
                    len: guess.len(),
                    by: Measured::Guessed(guess),
                    problem: Some(error),
                }),
                None => Err(error),
            },
        }
    }
}

/// Every mirror.
pub(crate) fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(mirrors::registry);
    &REGISTRY
}
