//! Where a body ends, and what it is made of: the stream's description is asked first, then the mirrors.

mod index;
mod mirrors;

pub use index::Index;
pub use mirrors::{Mirrored, Mirrors, Unread};

use super::described::measure;
use super::node::Reason;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Description, DeviceEntry, DeviceForm};
use crate::stream::Section;
use crate::wire::{marker, Reader};

/// What the bytes of a section mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Entry of the description's list of devices.
    Described(usize),
    /// What a typed mirror made of them.
    Mirrored(Box<Description>),
    /// A grammar of its own; see [`Grammar`](crate::stream::Grammar).
    Grammar,
    /// Nobody knows.
    Unknown(Reason),
}

/// How the length of a body was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measured {
    /// By the stream's description.
    Description,
    /// By a typed mirror.
    Mirror,
    /// By the grammar of the section.
    Grammar,
    /// By searching for the next section.
    Guessed,
}

/// A body whose end is looked for.
pub struct Finder<'f> {
    /// The names and numbers of the header.
    pub section: &'f Section,
    /// Whether this is the body behind the first header: an entry of the description describes no later rounds.
    pub first: bool,
    /// At the body, over everything that follows it.
    pub reader: Reader<'f>,
    /// Whether sections have footers, as far as that is known.
    pub footers: Option<bool>,
    /// The description's entries, if there is a description.
    pub devices: Option<&'f [DeviceEntry]>,
    /// Who is asked next.
    pub mirrors: &'f dyn Mirrors,
}

/// A body whose end is known.
#[derive(Debug)]
pub struct Found {
    /// Bytes of the body.
    pub len: usize,
    /// What they mean.
    pub layout: Layout,
    /// Who said so.
    pub measured: Measured,
    /// The entry of the description's list of devices that said so.
    pub entry: Option<usize>,
    /// What was wrong with the description, where a mirror knew better.
    pub problem: Option<Error>,
}

/// A body whose end nobody knows.
#[derive(Debug)]
pub struct Lost {
    /// Why.
    pub error: Error,
    /// What is known of its layout all the same.
    pub layout: Layout,
}

impl Finder<'_> {
    /// The end of the body, as the description's entry or a mirror has it.
    ///
    /// # Errors
    /// [`Lost`], with [`ErrorKind::Unknown`] where nothing describes the device.
    pub fn find(&self, index: &mut Index) -> Result<Found, Lost> {
        let name = self.section.idstr().to_string();
        let entry = self.entry(&name, index);
        let problem = match entry.map(|(place, device)| self.by_description(place, &device.form)) {
            Some(Ok(found)) => return Ok(found),
            Some(Err(error)) => Some(error.inside(name.clone())),
            None => None,
        };
        let form = entry.map(|(_, device)| &device.form);
        match (self.by_mirror(&name, form), problem) {
            (Some(Ok(found)), problem) => Ok(Found { problem, ..found }),
            (_, Some(error)) if error.kind() == ErrorKind::Unsupported => {
                let layout = entry.map_or(Layout::Unknown(Reason::Type), |(place, _)| {
                    Layout::Described(place)
                });
                Err(Lost { error, layout })
            }
            (Some(Err(error)), None) | (_, Some(error)) => Err(Lost::new(error)),
            (None, None) => Err(Lost::new(self.unknown().inside(name))),
        }
    }

    fn entry(&self, name: &str, index: &mut Index) -> Option<(usize, &DeviceEntry)> {
        let devices = self.devices.filter(|_| self.first)?;
        let Section {
            instance, version, ..
        } = self.section;
        let place = index.next(devices, name, instance.0, *version)?;
        Some((place, devices.get(place)?))
    }

    fn by_description(&self, place: usize, form: &DeviceForm) -> Result<Found> {
        let version = self.section.version;
        let (len, layout) = match form {
            DeviceForm::Opaque { size } => (*size, Layout::Unknown(Reason::Handler)),
            DeviceForm::Vmsd(description) if description.version == version => (
                measure(description, &mut self.reader.clone())?,
                Layout::Described(place),
            ),
            DeviceForm::Vmsd(Description {
                version: described, ..
            }) => {
                let message = format!(
                    "the section has version {version}, and the description version {described}"
                );
                return Err(self.reader.error(ErrorKind::Description, message));
            }
        };
        Ok(Found {
            len: self.followed(len)?,
            layout,
            measured: Measured::Description,
            entry: Some(place),
            problem: None,
        })
    }

    fn by_mirror(&self, name: &str, form: Option<&DeviceForm>) -> Option<Result<Found>> {
        let header = self.section;
        let hint = match form {
            Some(DeviceForm::Vmsd(description)) if description.version == header.version => {
                Some(description)
            }
            _ => None,
        };
        let mirrored = self.mirrors.read(&Unread {
            idstr: name,
            instance: header.instance.0,
            version: header.version,
            reader: self.reader.clone(),
            description: hint,
            ends: &|end| self.ends(end),
        })?;
        Some(mirrored.and_then(|Mirrored { len, description }| {
            let layout = Layout::Mirrored(Box::new(description));
            Ok(Found {
                len: self.followed(len)?,
                layout,
                measured: Measured::Mirror,
                entry: None,
                problem: None,
            })
        }))
    }

    /// The length, if the section can end behind so many bytes.
    fn followed(&self, len: u64) -> Result<usize> {
        let mut end = self.reader.clone();
        let size = usize::try_from(len).unwrap_or(usize::MAX);
        end.skip(size)?;
        if self.ends(&end) {
            return Ok(size);
        }
        let id = self.section.id;
        let message = format!(
            "the body takes {len} bytes by its layout, and no footer of section {id} follows"
        );
        Err(end.error(ErrorKind::Description, message))
    }

    /// Whether a footer of the section follows or, where sections have none, what may follow a section.
    fn ends(&self, end: &Reader<'_>) -> bool {
        let rest = end.rest();
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

    #[cold]
    fn unknown(&self) -> Error {
        let message = match self.devices {
            Some(_) => {
                "the stream's description leaves the device out, and there is no mirror of it"
            }
            None => "the stream has no description, and there is no mirror of the device",
        };
        self.reader.error(ErrorKind::Unknown, message).cite("6.8")
    }
}

impl Lost {
    fn new(error: Error) -> Self {
        Self {
            error,
            layout: Layout::Unknown(Reason::Type),
        }
    }
}
