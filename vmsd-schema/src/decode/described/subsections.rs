//! Subsections: the stream must have those that the description says, and no other.

use super::{passed, Walk};
use crate::decode::node::Subsection;
use crate::error::{Error, ErrorKind, Result};
use crate::schema::Description;
use crate::vmstate::subsection_name;
use crate::wire::{marker, Reader};

impl Walk {
    /// 05, name and version, then the body.
    pub(super) fn subsection<'s>(
        &mut self,
        description: &'s Description,
        reader: &mut Reader<'s>,
    ) -> Result<Subsection<'s>> {
        let start = reader.clone();
        let Description {
            vmsd_name, version, ..
        } = description;
        let says = |stream: String| {
            let message = format!(
                "the description says subsection `{vmsd_name}`, and the stream has {stream}"
            );
            Error::at(ErrorKind::Description, start.offset(), message)
        };
        match reader.peek() {
            Some(marker::SUBSECTION) => reader.skip(1)?,
            Some(other) => return Err(says(format!("byte {other:#04x}"))),
            None => return Err(reader.truncated(1)),
        }
        let name = reader.counted_bytes()?;
        if name != vmsd_name.as_bytes() {
            return Err(says(format!("`{}`", String::from_utf8_lossy(name))));
        }
        let sent = reader.u32()?;
        if sent != *version {
            return Err(says(format!("version {sent} of it, not {version}")));
        }
        let header = passed(&start, reader);
        Ok(Subsection {
            offset: start.offset(),
            header,
            body: self.vmsd(description, reader)?,
        })
    }

    /// QEMU would load a subsection that stands here; the description must not leave it out.
    pub(super) fn no_more(&self, description: &Description, reader: &Reader<'_>) -> Result<()> {
        let Description { vmsd_name, .. } = description;
        if vmsd_name.is_empty() || self.stopped {
            return Ok(());
        }
        let Some(name) = subsection_name(reader, vmsd_name) else {
            return Ok(());
        };
        let name = String::from_utf8_lossy(name);
        let message = format!(
            "the stream has subsection `{name}`, which the description of `{vmsd_name}` leaves out"
        );
        Err(reader.error(ErrorKind::Description, message))
    }
}
