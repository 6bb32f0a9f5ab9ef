//! Several sources of one schema, put together: each tells what the others cannot know.
//!
//! What two sources contradict each other in is reported as a [`Clash`] and taken from the first.

mod facts;
mod table;

use std::fmt;

use super::{Coverage, Device, Schema, SchemaSet};

pub(super) use facts::shapes;
pub(super) use table::schemas;

/// A contradiction between two sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The way to what both speak of, outermost first.
    pub path: String,
    /// What they say.
    pub message: String,
}

impl fmt::Display for Clash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// Contradictions, and where the merge stands.
#[derive(Debug, Default)]
pub(super) struct Clashes {
    path: Vec<String>,
    found: Vec<Clash>,
}

impl Clashes {
    fn add(&mut self, message: String) {
        self.found.push(Clash {
            path: self.path.join(" > "),
            message,
        });
    }

    fn inside<T>(&mut self, name: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(name.to_owned());
        let result = work(self);
        self.path.pop();
        result
    }

    /// What both know, or the one that knows.
    fn fact<T: Clone + PartialEq + fmt::Debug>(
        &mut self,
        what: &str,
        a: Option<&T>,
        b: Option<&T>,
    ) -> Option<T> {
        if let (Some(a), Some(b)) = (a, b) {
            if a != b {
                self.add(format!(
                    "{what} is {a:?} in one source and {b:?} in another"
                ));
            }
        }
        a.or(b).cloned()
    }
}

impl Schema {
    /// This table and what `other` knows of it; with contradictions.
    #[must_use]
    pub fn merged(&self, other: &Self) -> (Self, Vec<Clash>) {
        let mut clashes = Clashes::default();
        let merged = clashes.inside(&self.name, |clashes| schemas(self, other, clashes));
        (merged, clashes.found)
    }
}

impl SchemaSet {
    /// This set and what `other` knows of the same machine; with contradictions.
    ///
    /// A section meets the device types of its description's name, and takes the one that contradicts it least.
    #[must_use]
    pub fn merged(&self, other: &Self) -> (Self, Vec<Clash>) {
        let mut clashes = Clashes::default();
        let mut merged = Self {
            qemu: clashes.fact("the QEMU version", self.qemu.as_ref(), other.qemu.as_ref()),
            machine: clashes.fact(
                "the machine type",
                self.machine.as_ref(),
                other.machine.as_ref(),
            ),
            coverage: Coverage {
                types: self.coverage.types || other.coverage.types,
                sections: self.coverage.sections || other.coverage.sections,
            },
            instance: self.instance.clone().or_else(|| other.instance.clone()),
            devices: Vec::new(),
        };
        let mut used = vec![false; other.devices.len()];
        for device in &self.devices {
            merged
                .devices
                .push(partner(device, other, &mut used, &mut clashes));
        }
        let left = other.devices.iter().zip(&used).filter(|(_, used)| !**used);
        for (device, _) in left {
            let device = partner(
                device,
                self,
                &mut vec![false; self.devices.len()],
                &mut clashes,
            );
            merged.devices.push(device);
        }
        (merged, clashes.found)
    }
}

/// `device` with what the best of `others` knows of it.
fn partner(
    device: &Device,
    others: &SchemaSet,
    used: &mut [bool],
    clashes: &mut Clashes,
) -> Device {
    let exact = |other: &&Device| {
        (device.section.is_some() && device.section == other.section)
            || (device.section.is_none()
                && other.section.is_none()
                && device.type_name.is_some()
                && device.type_name == other.type_name)
    };
    let same_name = |other: &&Device| {
        other.schema.name == device.schema.name
            && (device.section.is_none() || other.section.is_none())
            && (device.type_name.is_none() || other.type_name.is_none())
    };
    let candidates: Vec<_> = match others
        .devices
        .iter()
        .enumerate()
        .find(|(_, other)| exact(other))
    {
        Some(found) => vec![found],
        None => others
            .devices
            .iter()
            .enumerate()
            .filter(|(_, other)| same_name(other))
            .collect(),
    };
    let mut best: Option<(usize, Schema, Vec<Clash>)> = None;
    for (index, other) in &candidates {
        let mut own = Clashes::default();
        let schema = own.inside(&device.label(), |own| {
            schemas(&device.schema, &other.schema, own)
        });
        if best
            .as_ref()
            .is_none_or(|(_, _, clashes)| own.found.len() < clashes.len())
        {
            best = Some((*index, schema, own.found));
        }
    }
    let Some((index, schema, found)) = best else {
        return device.clone();
    };
    clashes.found.extend(found);
    let other = others.devices.get(index);
    // A type without a section stands for every guest and stays in the list; so does a section's own entry.
    let both_types = |other: &Device| other.section.is_some() == device.section.is_some();
    if let (Some(slot), Some(true)) = (used.get_mut(index), other.map(both_types)) {
        *slot = true;
    }
    let alone = candidates.len() == 1 && device.section.is_some();
    let other_type = other
        .and_then(|other| other.type_name.clone())
        .filter(|_| alone);
    Device {
        type_name: device.type_name.clone().or(other_type),
        section: device.section.clone(),
        schema,
    }
}
