//! Where a device's body ends, and what it is made of: the stream's description says it, else a mirror, else the one
//! search that marks what it found as guessed.

use std::collections::HashMap;
use std::sync::LazyLock;

use vmsd_schema::decode::measure;
use vmsd_schema::decode::typed::Registry;
use vmsd_schema::schema::{Description, DeviceEntry, DeviceForm, Dialect, StreamDescription};
use vmsd_schema::stream::guess::{self, Guess};
use vmsd_schema::stream::{Parser, Section};
use vmsd_schema::wire::{marker, Reader};
use vmsd_schema::{Error, ErrorKind};

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
    pub problems: Vec<Error>,
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
    /// Devices of the description by name and instance.
    by_name: HashMap<(String, u32), Vec<usize>>,
    /// How many sections of a name and instance there were.
    seen: HashMap<(String, u32), usize>,
}

impl Measurer {
    /// Goes by `description`, if there is one.
    #[must_use]
    pub fn new(description: Option<StreamDescription>) -> Self {
        let mut by_name = HashMap::<_, Vec<usize>>::new();
        for (index, device) in description
            .iter()
            .flat_map(|description| &description.devices)
            .enumerate()
        {
            by_name
                .entry((device.name.clone(), device.instance_id))
                .or_default()
                .push(index);
        }
        Self {
            description,
            by_name,
            seen: HashMap::new(),
        }
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
    /// [`ErrorKind::Unknown`] where nobody knows the end.
    pub fn measure(
        &mut self,
        section: &Section,
        data: &[u8],
        parser: &Parser,
    ) -> Result<Measure, Error> {
        let name = section.idstr().to_string();
        let body = Body {
            section,
            data,
            offset: parser.offset(),
            footers: parser.footers(),
        };
        let mut problems = Vec::new();
        if let Some(index) = self.entry(&name, section) {
            match self.by_description(index, &body) {
                Ok(len) => {
                    return Ok(Measure {
                        len,
                        by: Measured::Description(index),
                        problems,
                    })
                }
                Err(error) => problems.push(error),
            }
        } else if self.description.is_some() {
            problems.push(Error::at(
                ErrorKind::Description,
                body.offset,
                "the description does not have this device",
            ));
        }
        match body.by_mirror(&name) {
            Ok((len, description)) => {
                return Ok(Measure {
                    len,
                    by: Measured::Mirror(Box::new(description)),
                    problems,
                });
            }
            Err(error) => problems.push(error),
        }
        match guess::body_len(data, section.id, parser.footers()) {
            Some(guess) => Ok(Measure {
                len: guess.len(),
                by: Measured::Guessed(guess),
                problems,
            }),
            None => Err(problems.into_iter().next().unwrap_or_else(|| {
                Error::at(
                    ErrorKind::Unknown,
                    body.offset,
                    "nothing says where this section ends",
                )
            })),
        }
    }

    /// The device of the description that a section is: the first of its name, the second for the second. The early
    /// form has one for each version.
    fn entry(&mut self, name: &str, section: &Section) -> Option<usize> {
        let key = (name.to_owned(), section.instance.0);
        let of_name = self.by_name.get(&key)?;
        let of_version: Vec<usize> = of_name
            .iter()
            .copied()
            .filter(|index| {
                self.device(*index)
                    .is_some_and(|device| has_version(device, section.version))
            })
            .collect();
        let candidates = if of_version.is_empty() {
            of_name.clone()
        } else {
            of_version
        };
        let seen = self.seen.entry(key).or_default();
        let entry = candidates.get(*seen).or(candidates.last()).copied();
        *seen += 1;
        entry
    }

    fn by_description(&self, index: usize, body: &Body<'_>) -> Result<usize, Error> {
        let mut reader = body.reader();
        match self.device(index).map(|device| &device.form) {
            Some(DeviceForm::Opaque { size }) => {
                reader.skip(usize::try_from(*size).unwrap_or(usize::MAX))?
            }
            Some(DeviceForm::Vmsd(description)) => drop(measure(description, &mut reader)?),
            None => {}
        }
        body.ends_at(&reader, "its description")
    }
}

/// Every mirror.
pub(crate) fn registry() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(mirrors::registry);
    &REGISTRY
}

fn has_version(device: &DeviceEntry, version: u32) -> bool {
    match &device.form {
        DeviceForm::Vmsd(description) => description.version == version,
        DeviceForm::Opaque { .. } => true,
    }
}

/// A body of unknown length.
struct Body<'s> {
    section: &'s Section,
    data: &'s [u8],
    offset: u64,
    footers: Option<bool>,
}

impl<'s> Body<'s> {
    fn reader(&self) -> Reader<'s> {
        Reader::with_base(self.data, self.offset)
    }

    fn by_mirror(&self, name: &str) -> Result<(usize, Description), Error> {
        let version = self.section.version;
        let mut reader = self.reader();
        let ends = |reader: &Reader<'s>| self.may_end(reader.rest());
        let mut inspected = registry().inspect(name, &mut reader, version, None, ends)?;
        let described = inspected.state.describe(Dialect::Qemu10_0, version)?;
        // The values are shown by this description, so it has to fit the very bytes.
        let mut again = self.reader();
        measure(&described.description, &mut again)?;
        if again.consumed() != reader.consumed() {
            return Err(self.reader().error(
                ErrorKind::Description,
                "the mirror describes other bytes than it loads",
            ));
        }
        Ok((reader.consumed(), described.description))
    }

    fn ends_at(&self, reader: &Reader<'_>, who: &str) -> Result<usize, Error> {
        if self.may_end(reader.rest()) {
            return Ok(reader.consumed());
        }
        Err(reader.error(
            ErrorKind::Framing,
            format!("the section does not end where {who} does"),
        ))
    }

    /// Whether the section may end before these bytes.
    fn may_end(&self, rest: &[u8]) -> bool {
        let [a, b, c, d] = self.section.id.0.to_be_bytes();
        let footer = rest.starts_with(&[marker::SECTION_FOOTER, a, b, c, d]);
        let next = rest
            .first()
            .is_none_or(|byte| *byte <= marker::SECTION_FULL || *byte == marker::COMMAND);
        match self.footers {
            Some(true) => footer,
            Some(false) => next,
            None => footer || next,
        }
    }
}
