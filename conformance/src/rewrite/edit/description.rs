//! The description at the tail, kept true: entries that go, sizes that shrink.

use std::collections::VecDeque;

use vmsd_schema::decode::{decode, End};
use vmsd_schema::schema::{ArrayKey, Body, Description, DeviceForm, FieldEntry, StreamDescription};
use vmsd_schema::wire::Reader;

use super::Patch;
use crate::reading::outline::Outline;
use crate::reading::walk::Walk;

/// The description and what becomes of it.
pub(super) struct Text {
    /// The description as the stream has it, which numbers the devices.
    content: Option<StreamDescription>,
    /// As it will be.
    changed: Option<StreamDescription>,
    /// Devices that go, by their numbers.
    gone: Vec<usize>,
    /// Where the JSON's type byte stands, and the JSON.
    json: Option<(u64, Vec<u8>)>,
    /// Whether its length is what the stream says.
    whole: bool,
}

impl Text {
    pub(super) fn of(walk: &Walk, outline: &Outline) -> Self {
        let content = walk
            .measurer()
            .and_then(|measurer| measurer.description())
            .cloned();
        let place = outline.description;
        let json =
            place.and_then(|text| Some((text.at, walk.slice(text.at + 5, text.len)?.to_vec())));
        Self {
            changed: content.clone(),
            content,
            gone: Vec::new(),
            json,
            whole: place.is_none_or(|text| u64::from(text.declared) == text.len as u64),
        }
    }

    /// What the stream says of a device.
    pub(super) fn device(&self, index: usize) -> Option<&Description> {
        form(self.content.as_ref()?, index)
    }

    /// A device's section goes.
    pub(super) fn leave_out_device(&mut self, index: usize) {
        self.gone.push(index);
    }

    /// The name of the machine is so long.
    pub(super) fn machine(&mut self, len: u64) {
        let configuration = self
            .changed
            .as_mut()
            .and_then(|changed| changed.configuration.as_mut());
        let fields = configuration
            .into_iter()
            .flat_map(|configuration| &mut configuration.fields);
        for field in fields.filter(|field| field.name == "name") {
            field.size = len;
        }
    }

    /// A subsection of the configuration goes.
    pub(super) fn leave_out_of_configuration(&mut self, name: &str) {
        let configuration = self
            .changed
            .as_mut()
            .and_then(|changed| changed.configuration.as_mut());
        if let Some(configuration) = configuration {
            configuration
                .subsections
                .retain(|subsection| subsection.vmsd_name != name);
        }
    }

    /// Subsections of a device go: `places` in its body and their lengths, in the order of the wire.
    pub(super) fn leave_out_subsections(
        &mut self,
        index: usize,
        name: &str,
        places: &[(u64, u64)],
    ) -> Result<(), String> {
        let Some(description) = self.changing(index) else {
            return Ok(());
        };
        let mut lengths = places.iter().map(|(_, len)| *len).collect();
        prune(description, name, &mut lengths)?;
        match lengths.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "the description has not each `{name}` that the stream has"
            )),
        }
    }

    /// Bytes go out of fields that the description names and does not lay open.
    pub(super) fn shrink(&mut self, index: usize, places: &[(u64, u64)]) -> Result<(), String> {
        let Some(description) = self.changing(index) else {
            return Ok(());
        };
        // From the last: the places of those before it stay.
        for (at, len) in places.iter().rev() {
            if !shrink(description, 0, *at, *len) {
                return Err("the description does not tell in which field it is".to_owned());
            }
        }
        Ok(())
    }

    fn changing(&mut self, index: usize) -> Option<&mut Description> {
        let device = self.changed.as_mut()?.devices.get_mut(index)?;
        match &mut device.form {
            DeviceForm::Vmsd(description) => Some(description),
            DeviceForm::Opaque { .. } => None,
        }
    }

    /// Whether a changed body is as the changed description says.
    pub(super) fn check(&self, index: usize, body: &[u8]) -> Result<(), String> {
        let description = self
            .changed
            .as_ref()
            .and_then(|changed| form(changed, index));
        let Some(description) = description else {
            return Ok(());
        };
        let mut reader = Reader::new(body);
        decode(description, &mut reader, End::Known).map_err(|error| error.to_string())?;
        match reader.remaining() {
            0 => Ok(()),
            left => Err(format!("{left} bytes are left over")),
        }
    }

    /// The new description in the place of the old one, if they differ.
    pub(super) fn patch(&self) -> Result<Option<Patch>, String> {
        let (Some(content), Some(changed)) = (&self.content, &self.changed) else {
            return Ok(None);
        };
        if self.gone.is_empty() && content == changed {
            return Ok(None);
        }
        let Some((at, json)) = &self.json else {
            return Err(
                "the description is not at the tail, where it could be kept true".to_owned(),
            );
        };
        let dialect = content.dialect(json);
        if !self.whole || content.to_json(dialect).as_bytes() != json.as_slice() {
            return Err(
                "the description is not written as QEMU writes it, and cannot be kept true"
                    .to_owned(),
            );
        }
        let mut changed = changed.clone();
        let mut number = 0..;
        changed.devices.retain(|_| {
            number
                .next()
                .is_none_or(|number| !self.gone.contains(&number))
        });
        let text = changed.to_json(dialect);
        let len = u32::try_from(text.len()).map_err(|error| error.to_string())?;
        let mut bytes = len.to_be_bytes().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        Ok(Some(Patch {
            at: at + 1,
            len: 4 + json.len() as u64,
            bytes,
        }))
    }
}

fn form(content: &StreamDescription, index: usize) -> Option<&Description> {
    match &content.devices.get(index)?.form {
        DeviceForm::Vmsd(description) => Some(description),
        DeviceForm::Opaque { .. } => None,
    }
}

/// Takes out each subsection `name`, and says how many bytes the value loses.
fn prune(
    description: &mut Description,
    name: &str,
    lengths: &mut VecDeque<u64>,
) -> Result<u64, String> {
    let mut lost = 0;
    for entry in &mut description.fields {
        let inner = prune_entry(entry, name, lengths)?;
        entry.size = entry.size.saturating_sub(inner);
        lost += inner;
    }
    let mut kept = Vec::new();
    for mut subsection in std::mem::take(&mut description.subsections) {
        if subsection.vmsd_name == name {
            let missing = || format!("the stream has not each `{name}` that is described");
            lost += lengths.pop_front().ok_or_else(missing)?;
        } else {
            lost += prune(&mut subsection, name, lengths)?;
            kept.push(subsection);
        }
    }
    description.subsections = kept;
    Ok(lost)
}

fn prune_entry(
    entry: &mut FieldEntry,
    name: &str,
    lengths: &mut VecDeque<u64>,
) -> Result<u64, String> {
    let inner: &mut [Description] = match &mut entry.body {
        Body::Leaf | Body::Struct(None) => return Ok(0),
        Body::Struct(Some(inner)) => std::slice::from_mut(inner),
        Body::Inline(inner) => inner,
    };
    let mut lost = 0;
    for description in inner {
        lost += prune(description, name, lengths)?;
    }
    // Elements with subsections are described one by one; a shared size could not be right for all.
    match entry.array {
        ArrayKey::Len(2..) if lost > 0 => Err(format!(
            "`{}` describes several elements by one",
            entry.name
        )),
        _ => Ok(lost),
    }
}

/// Makes the field smaller that holds `at`, and what it is in. `start` is where the description's own bytes begin.
fn shrink(description: &mut Description, start: u64, at: u64, len: u64) -> bool {
    let mut place = start;
    for entry in &mut description.fields {
        let end = place.saturating_add(entry.size.saturating_mul(entry.count()));
        if (place..end).contains(&at) {
            let inner = match &mut entry.body {
                Body::Struct(Some(inner)) => shrink(inner, place, at, len),
                _ => true,
            };
            entry.size = entry.size.saturating_sub(len);
            return inner && entry.count() == 1;
        }
        place = end;
    }
    for subsection in &mut description.subsections {
        let body = place + header_len(subsection);
        let end = body.saturating_add(size(subsection));
        if (place..end).contains(&at) {
            return shrink(subsection, body, at, len);
        }
        place = end;
    }
    false
}

/// Bytes of all that is described.
fn size(description: &Description) -> u64 {
    let fields = description.fields.iter();
    let fields = fields.map(|entry| entry.size.saturating_mul(entry.count()));
    let subsections = description.subsections.iter();
    let subsections = subsections.map(|inner| header_len(inner).saturating_add(size(inner)));
    fields.chain(subsections).fold(0, u64::saturating_add)
}

/// 05, counted name, be32 version.
fn header_len(subsection: &Description) -> u64 {
    6 + subsection.vmsd_name.len() as u64
}
