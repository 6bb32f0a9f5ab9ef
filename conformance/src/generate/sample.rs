//! Sections of streams, as far as code can be made of them.

use std::collections::BTreeMap;

use vmsd_schema::schema::{Description, Schema};

use super::encoding::{self, Encoding};
use super::facts::Facts;
use super::layout::{Conflict, Count, Item, Layout, Pointers};
use super::package::Device;

impl Layout {
    /// What generated code depends on, of a section: its layout without the sizes that a value may choose.
    ///
    /// # Errors
    /// If elements of one array contradict each other.
    pub fn of_section(
        description: &Description,
        len: usize,
        opaque: bool,
    ) -> Result<Self, Conflict> {
        let mut layout = Self::of(description)?;
        layout.opaque = opaque;
        let described = described_len(description);
        layout.find_last_null((len as u64).saturating_sub(described));
        layout.forget_sizes();
        Ok(layout)
    }

    /// A number for it: the same for the same layout.
    #[must_use]
    pub fn key(&self) -> u64 {
        // FNV-1a: nothing here is secret, and the number must be the same in every build.
        let text = format!("{self:?}");
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// QEMU 11 does not describe the last element of an array of pointers where it is the first NULL behind others:
    /// then the body is a byte longer than its description.
    fn find_last_null(&mut self, missing: u64) {
        let mut nullable = self
            .fields
            .iter_mut()
            .filter(|f| f.pointers == Pointers::Nullable);
        if let (1, Some(field)) = (missing, nullable.next()) {
            if let Count::Fixed(count) = &mut field.count {
                *count += 1;
            }
        }
    }

    fn forget_sizes(&mut self) {
        for field in &mut self.fields {
            match &mut field.item {
                Item::Leaf { type_name, size } => {
                    let chosen = match encoding::of(&self.name, type_name, *size) {
                        Encoding::Buffer => self.opaque,
                        Encoding::Bitmap
                        | Encoding::Opaque
                        | Encoding::List(..)
                        | Encoding::Sized(..) => true,
                        Encoding::With(..) | Encoding::Plain(_) | Encoding::Word(..) => false,
                    };
                    if chosen {
                        *size = None;
                    }
                }
                Item::Struct(layout) | Item::VStruct(layout) | Item::Tmp(layout) => {
                    layout.forget_sizes();
                }
                Item::List { element, .. } => {
                    element.iter_mut().for_each(|layout| layout.forget_sizes());
                }
                Item::Tree { key, value } => {
                    let layouts = key.iter_mut().chain(value);
                    layouts.for_each(|layout| layout.forget_sizes());
                }
                Item::Null | Item::Undescribed { .. } => {}
            }
        }
        self.subsections.iter_mut().for_each(Self::forget_sizes);
    }
}

/// Bytes that the entries speak of.
fn described_len(description: &Description) -> u64 {
    let fields = description
        .fields
        .iter()
        .map(|entry| entry.count().saturating_mul(entry.size));
    let subsections = description.subsections.iter().map(|subsection| {
        let header = 6 + subsection.vmsd_name.len() as u64;
        described_len(subsection).saturating_add(header)
    });
    fields.chain(subsections).fold(0, u64::saturating_add)
}

/// Sections by device: those of one name that can be one struct are.
#[derive(Debug, Default)]
pub struct Samples {
    devices: BTreeMap<String, Vec<Sample>>,
}

#[derive(Debug)]
struct Sample {
    device: Device,
    /// The same table, as far as its description tells.
    seen: Schema,
}

impl Samples {
    /// Adds a section of `source`, which `description` describes.
    pub fn add(&mut self, layout: Layout, description: &Description, source: &str) {
        let seen = Schema::from_description(description);
        let samples = self.devices.entry(layout.name.clone()).or_default();
        for sample in samples.iter_mut() {
            let device = &mut sample.device;
            let Ok(joined) = device.layout.clone().merge(layout.clone()) else {
                continue;
            };
            device.layout = joined;
            sample.seen = sample.seen.merged(&seen).0;
            if !device.sources.iter().any(|known| known == source) {
                device.sources.push(source.to_owned());
            }
            return;
        }
        let device = Device {
            layout,
            sources: vec![source.to_owned()],
        };
        samples.push(Sample { device, seen });
    }

    /// The devices, by name, with what `facts` tells of them.
    #[must_use]
    pub fn into_devices(self, facts: &Facts) -> Vec<Device> {
        let samples = self.devices.into_values().flatten();
        let told = samples.map(|Sample { mut device, seen }| {
            facts.apply(&seen, &mut device.layout);
            device
        });
        told.collect()
    }
}
