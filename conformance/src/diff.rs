//! What differs between two streams, by device and field.
//!
//! In go two walked streams, out comes a list of [`Change`]s, each with the path to the thing and what it was on either
//! side. Bytes are compared only where nothing names them. Guest memory is compared by its blocks, not by its pages.

mod place;
mod shown;

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::reading::contents::{Contents, Device};
use crate::reading::outline::{Outline, Settings};
use crate::report::inspect::uuid_text;

use place::Place;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The device, `configuration` or `ram`.
    pub device: String,
    /// The field inside it; empty where the device itself is meant.
    pub path: String,
    /// What it is in the first stream; `None` where it is not there.
    pub old: Option<String>,
    /// What it is in the second stream.
    pub new: Option<String>,
}

/// A stream that is compared.
pub struct Side<'s> {
    /// What it consists of.
    pub outline: &'s Outline,
    /// What is in its sections.
    pub devices: &'s [Device<'s>],
}

/// All differences: configuration, memory, then devices in the order of the first stream, and the second's own last.
#[must_use]
pub fn diff(a: &Side<'_>, b: &Side<'_>) -> Vec<Change> {
    let mut changes = Vec::new();
    configuration(
        a.outline.configuration.as_ref(),
        b.outline.configuration.as_ref(),
        &mut changes,
    );
    ram(a.outline, b.outline, &mut changes);
    devices(a.devices, b.devices, &mut changes);
    changes
}

fn configuration(a: Option<&Settings>, b: Option<&Settings>, changes: &mut Vec<Change>) {
    let facts = |settings: &Settings| {
        vec![
            ("machine".to_owned(), settings.machine.clone()),
            (
                "target-page-bits".to_owned(),
                settings
                    .page_bits
                    .map(|bits| bits.to_string())
                    .unwrap_or_default(),
            ),
            ("capabilities".to_owned(), settings.capabilities.join(", ")),
            (
                "uuid".to_owned(),
                settings.uuid.as_ref().map(uuid_text).unwrap_or_default(),
            ),
        ]
    };
    let facts = |settings: Option<&Settings>| settings.map(facts).unwrap_or_default();
    let mut at = Place::of("configuration", changes);
    at.facts(&facts(a), &facts(b));
}

fn ram(a: &Outline, b: &Outline, changes: &mut Vec<Change>) {
    let facts = |outline: &Outline| -> Vec<(String, String)> {
        outline
            .ram
            .blocks
            .iter()
            .map(|block| (block.name.clone(), format!("{} bytes", block.used_length)))
            .collect()
    };
    let mut at = Place::of("ram", changes);
    at.facts(&facts(a), &facts(b));
}

/// Devices are the same if idstr and instance are; the second of a name is compared with the second.
fn devices(a: &[Device<'_>], b: &[Device<'_>], changes: &mut Vec<Change>) {
    let (a, b) = (numbered(a), numbered(b));
    let places: HashMap<&(String, usize), &Device<'_>> =
        b.iter().map(|(key, device)| (key, *device)).collect();
    for (key, device) in &a {
        match places.get(key) {
            Some(other) => pair(&key.0, device, other, changes),
            None => changes.push(whole(&key.0, Some(device), None)),
        }
    }
    let known: HashMap<&(String, usize), ()> = a.iter().map(|(key, _)| (key, ())).collect();
    for (key, device) in b.iter().filter(|(key, _)| !known.contains_key(key)) {
        changes.push(whole(&key.0, None, Some(device)));
    }
}

/// Devices under the name that a report gives them, those of the same name numbered. Rounds of live sections say nothing
/// of a machine's state.
fn numbered<'d, 's>(devices: &'d [Device<'s>]) -> Vec<((String, usize), &'d Device<'s>)> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let shown = devices.iter().filter(|device| match device.contents {
        Contents::Ram => false,
        Contents::Live { .. } => device.item.kind.names_the_section(),
        Contents::Values(_) | Contents::Opaque { .. } => true,
    });
    shown
        .map(|device| {
            let mut name = device.idstr.clone();
            if device.item.section.instance.0 != 0 {
                let _ = write!(name, " #{}", device.item.section.instance);
            }
            let number = seen.entry(name.clone()).or_default();
            *number += 1;
            ((name, *number), device)
        })
        .collect()
}

fn whole(name: &str, old: Option<&Device<'_>>, new: Option<&Device<'_>>) -> Change {
    let text = |device: &Device<'_>| {
        format!(
            "version {}, {} bytes",
            device.item.section.version, device.item.body_len
        )
    };
    Change {
        device: name.to_owned(),
        path: String::new(),
        old: old.map(text),
        new: new.map(text),
    }
}

fn pair(name: &str, a: &Device<'_>, b: &Device<'_>, changes: &mut Vec<Change>) {
    let mut at = Place::of(name, changes);
    let versions = (a.item.section.version, b.item.section.version);
    at.text(
        "(version)",
        &versions.0.to_string(),
        &versions.1.to_string(),
    );
    match (&a.contents, &b.contents) {
        (Contents::Values(a), Contents::Values(b)) => at.body(a, b),
        (a, b) => at.bytes(raw(a), raw(b)),
    }
}

fn raw<'s>(contents: &Contents<'s>) -> &'s [u8] {
    match contents {
        Contents::Values(body) => body.bytes,
        Contents::Opaque { bytes, .. } => bytes,
        Contents::Live { bytes } => bytes.unwrap_or_default(),
        Contents::Ram => &[],
    }
}
