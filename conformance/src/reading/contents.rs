//! What is in the sections of an outline: trees of values where something explains the bytes, else the bytes and why.

use vmsd_schema::decode::{decode, End, Reason, Struct};
use vmsd_schema::schema::Description;
use vmsd_schema::stream::Grammar;
use vmsd_schema::wire::Reader;
use vmsd_schema::Error;

use crate::reading::lay_open::explain;
use crate::reading::measure::Measured;
use crate::reading::outline::{Outline, SectionItem};
use crate::reading::walk::Walk;

/// A section and what is in it.
pub struct Device<'s> {
    /// The section's place, names and numbers.
    pub item: &'s SectionItem,
    /// The section's idstr.
    pub idstr: String,
    /// What is in it.
    pub contents: Contents<'s>,
}

/// What is in a section.
pub enum Contents<'s> {
    /// Guest memory: its block list, or records.
    Ram,
    /// Records of another live section.
    Live {
        /// The bytes, if they are still here.
        bytes: Option<&'s [u8]>,
    },
    /// Named values.
    Values(Struct<'s>),
    /// Bytes that nobody explains.
    Opaque {
        /// The bytes.
        bytes: &'s [u8],
        /// Why.
        reason: String,
        /// What was wrong, if that is more than a device without a description.
        error: Option<Error>,
    },
}

/// All sections, in order.
#[must_use]
pub fn devices<'s>(walk: &'s Walk, outline: &'s Outline) -> Vec<Device<'s>> {
    outline
        .sections()
        .map(|item| Device::new(walk, item))
        .collect()
}

impl<'s> Device<'s> {
    /// One section of a walk.
    #[must_use]
    pub fn new(walk: &'s Walk, item: &'s SectionItem) -> Self {
        let bytes = usize::try_from(item.body_len)
            .ok()
            .and_then(|len| walk.slice(item.body_at, len));
        let contents = match (&item.measured, item.grammar) {
            (Some(measured), _) => body(walk, item, measured, bytes.unwrap_or_default()),
            (None, Grammar::Ram) => Contents::Ram,
            (None, _) => Contents::Live { bytes },
        };
        Self {
            item,
            idstr: item.section.idstr().to_string(),
            contents,
        }
    }

    /// The name of the VMStateDescription, if there is one.
    #[must_use]
    pub fn vmsd_name(&self) -> Option<&str> {
        match &self.contents {
            Contents::Values(body) => Some(body.vmsd_name),
            _ => None,
        }
    }

    /// Why the bytes could not be explained, if they should have been.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        match &self.contents {
            Contents::Opaque { error, .. } => error.as_ref(),
            _ => None,
        }
    }
}

fn body<'s>(
    walk: &'s Walk,
    item: &'s SectionItem,
    measured: &'s Measured,
    bytes: &'s [u8],
) -> Contents<'s> {
    if let Measured::Guessed(_) = measured {
        let reason = "nothing describes this device; its end was searched for";
        return opaque(bytes, reason);
    }
    let Some(description) = measured.layout(walk.form(measured)) else {
        return opaque(bytes, Reason::Handler.as_str());
    };
    let explained = item.explained.get_or_init(|| {
        let idstr = item.section.idstr().to_string();
        explain(&idstr, description, item.body_at, bytes).map(Box::new)
    });
    values(
        explained.as_deref().unwrap_or(description),
        item.body_at,
        bytes,
    )
}

fn values<'s>(description: &'s Description, at: u64, bytes: &'s [u8]) -> Contents<'s> {
    let mut reader = Reader::with_base(bytes, at);
    match decode(description, &mut reader, End::Known) {
        Ok(body) => Contents::Values(body),
        Err(error) => Contents::Opaque {
            bytes,
            reason: format!("the bytes are not as described: {error}"),
            error: Some(error),
        },
    }
}

fn opaque<'s>(bytes: &'s [u8], reason: &str) -> Contents<'s> {
    Contents::Opaque {
        bytes,
        reason: reason.to_owned(),
        error: None,
    }
}
