//! Whether the device state of one machine loads into another, by their schemas alone.
//!
//! In go two [`SchemaSet`]s, out come [`Finding`]s and the [`Verdict`] that follows from them. What is compared is the
//! wire: `align` pairs up what the source sends with what the target reads, whatever the fields are called, and every
//! [`Rule`] looks at every pair. Nothing here sees bytes or files.

mod align;
mod alike;
mod finding;
mod knowledge;
mod matrix;
mod rules;
mod stream_rules;
mod subject;
mod wire;

use std::collections::{HashMap, HashSet};

use crate::schema::{Device, Schema, SchemaSet};

pub use finding::{Finding, Severity, Verdict};
pub(crate) use knowledge::Told;
pub use knowledge::{Knowledge, Origin};
pub use matrix::{Cell, Matrix, Mode};
pub use rules::{by_id, rules, section_of, Rule, RULES};
pub use stream_rules::STREAM_RULES;

use subject::{Out, Subject};

/// All findings of a migration from `source` to `target`: device by device, in the order of the source.
#[must_use]
pub fn check(source: &SchemaSet, target: &SchemaSet) -> Vec<Finding> {
    check_beside(source, target, &Knowledge::default())
}

/// The same, where something is known of the target's tables beside what its own sources tell.
#[must_use]
pub fn check_beside(
    source: &SchemaSet,
    target: &SchemaSet,
    beside: &Knowledge<'_>,
) -> Vec<Finding> {
    let mut out = Out::beside(beside);
    let finder = Finder::new(target);
    for device in &source.devices {
        match finder.find(device) {
            Some(partner) => align::devices(device, partner, &mut out),
            None if finder.is_silent(device) && is_everywhere(device) => {}
            None if finder.is_silent(device) && align::beside(device, &mut out) => {}
            None => {
                let subject = Subject::Missing {
                    device,
                    source,
                    target,
                };
                out.device(device, |out| out.show(&subject));
            }
        }
    }
    out.findings
}

/// All findings of one device's migration.
#[must_use]
pub fn check_device(source: &Device, target: &Device) -> Vec<Finding> {
    let mut out = Out::default();
    align::devices(source, target, &mut out);
    out.findings
}

/// The devices of a target by what a source may know of them.
struct Finder<'t> {
    target: &'t SchemaSet,
    types: HashMap<String, &'t Device>,
    names: HashMap<&'t str, Vec<&'t Device>>,
    sections: HashMap<(&'t str, u32), &'t Device>,
}

impl<'t> Finder<'t> {
    fn new(target: &'t SchemaSet) -> Self {
        let mut finder = Self {
            target,
            types: HashMap::new(),
            names: HashMap::new(),
            sections: HashMap::new(),
        };
        for device in &target.devices {
            if let Some(type_name) = &device.type_name {
                finder.types.entry(plain(type_name)).or_insert(device);
            }
            if let Some(section) = &device.section {
                let key = (section.idstr.as_str(), section.instance_id);
                finder.sections.entry(key).or_insert(device);
            }
            let namesakes = finder.names.entry(&device.schema.name).or_default();
            namesakes.push(device);
        }
        finder
    }

    /// By section where both sides are guests, by type where both are dumps, else by the description's name.
    fn find(&self, device: &Device) -> Option<&'t Device> {
        if let (Some(section), true) = (&device.section, self.target.coverage.sections) {
            let key = (section.idstr.as_str(), section.instance_id);
            return self.sections.get(&key).copied();
        }
        if let (Some(type_name), true) = (&device.type_name, self.target.coverage.types) {
            return self.types.get(&plain(type_name)).copied();
        }
        let namesakes = self.names.get(device.schema.name.as_str())?;
        let alike = namesakes.iter().enumerate().max_by_key(|(place, other)| {
            let shared = shared_names(&device.schema, &other.schema);
            (shared, std::cmp::Reverse(*place))
        });
        alike.map(|(_, other)| *other)
    }

    /// Whether the target's list says nothing by lacking a device.
    fn is_silent(&self, device: &Device) -> bool {
        let coverage = self.target.coverage;
        !(coverage.sections || coverage.types && device.type_name.is_some())
    }
}

/// Guest memory has no description, and no list of types names it; but every machine has it.
fn is_everywhere(device: &Device) -> bool {
    let section = device.section.as_ref();
    section.is_some_and(|section| section.idstr == "ram" && section.instance_id == 0)
}

/// How many fields two tables call alike: `cpu` is a device of every architecture.
fn shared_names(a: &Schema, b: &Schema) -> usize {
    let names: HashSet<_> = b.fields.iter().map(|field| &field.name).collect();
    let fields = a.fields.iter();
    fields.filter(|field| names.contains(&field.name)).count()
}

/// A type's name without what QEMU changed over time: blanks and dashes.
fn plain(type_name: &str) -> String {
    let letters = type_name
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '.');
    letters.collect::<String>().to_lowercase()
}
