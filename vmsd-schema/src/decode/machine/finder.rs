//! Finds the end of one body: the description is asked first, then the mirrors.

use super::index::Index;
use super::{Layout, MachineSection, Measured, Mirrored, Mirrors, Unread};
use crate::decode::described::measure;
use crate::decode::node::Reason;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{Description, DeviceEntry, DeviceForm};
use crate::wire::{marker, Reader};

/// What can be asked about a body.
pub(super) struct Finder<'f> {
    pub(super) section: &'f MachineSection<'f>,
    /// At the body, over everything that follows it.
    pub(super) reader: Reader<'f>,
    pub(super) footers: Option<bool>,
    /// The description's entries, if there is a description.
    pub(super) devices: Option<&'f [DeviceEntry]>,
    pub(super) mirrors: &'f dyn Mirrors,
}

/// A body whose end is known.
pub(super) struct Found {
    pub(super) len: usize,
    pub(super) layout: Layout,
    pub(super) measured: Measured,
    /// What was wrong with the description, where a mirror knew better.
    pub(super) problem: Option<Error>,
}

/// A body whose end nobody knows.
pub(super) struct Lost {
    pub(super) error: Error,
    /// What is known of its layout all the same.
    pub(super) layout: Layout,
}

impl Finder<'_> {
    pub(super) fn find(&self, index: &mut Index) -> Result<Found, Lost> {
        let entry = self.entry(index);
        let problem = match entry.map(|(place, device)| self.by_description(place, &device.form)) {
            Some(Ok(found)) => return Ok(found),
            Some(Err(error)) => Some(error.inside(self.section.name.clone())),
            None => None,
        };
        let form = entry.map(|(_, device)| &device.form);
        match (self.by_mirror(form), problem) {
            (Some(Ok(found)), problem) => Ok(Found { problem, ..found }),
            (_, Some(error)) if error.kind() == ErrorKind::Unsupported => {
                let layout = entry.map_or(Layout::Unknown(Reason::Type), |(place, _)| {
                    Layout::Described(place)
                });
                Err(Lost { error, layout })
            }
            (Some(Err(error)), None) | (_, Some(error)) => Err(Lost::new(error)),
            (None, None) => Err(Lost::new(self.unknown().inside(self.section.name.clone()))),
        }
    }

    /// The description's entry. Later rounds of a section have none: an entry describes a FULL section.
    fn entry(&self, index: &mut Index) -> Option<(usize, &DeviceEntry)> {
        let devices = self.devices.filter(|_| self.section.rounds == 0)?;
        let header = &self.section.header;
        let place = index.next(
            devices,
            &self.section.name,
            header.instance.0,
            header.version,
        )?;
        Some((place, devices.get(place)?))
    }

    fn by_description(&self, place: usize, form: &DeviceForm) -> Result<Found> {
        let version = self.section.header.version;
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
            problem: None,
        })
    }

    fn by_mirror(&self, form: Option<&DeviceForm>) -> Option<Result<Found>> {
        let header = &self.section.header;
        let hint = match form {
            Some(DeviceForm::Vmsd(description)) if description.version == header.version => {
                Some(description)
            }
            _ => None,
        };
        let mirrored = self.mirrors.read(&Unread {
            idstr: &self.section.name,
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
        let id = self.section.header.id;
        let message = format!(
            "the body takes {len} bytes by its layout, and no footer of section {id} follows"
        );
        Err(end.error(ErrorKind::Description, message))
    }

    /// Whether a footer of the section follows, or sections have none.
    fn ends(&self, end: &Reader<'_>) -> bool {
        let mut behind = end.clone();
        let footer = behind.u8().ok() == Some(marker::SECTION_FOOTER);
        let expected = self.footers.unwrap_or(footer);
        !expected || footer && behind.u32().ok() == Some(self.section.header.id.0)
    }

    #[cold]
    fn unknown(&self) -> Error {
        let message = match self.devices {
            Some(_) => {
                "the stream's description leaves the device out, and there is no mirror of it"
            }
            None => "the stream has no description, and there is no mirror of the device",
        };
        self.reader.error(ErrorKind::Unknown, message)
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
