//! A crate for a person: devices of some streams, and a test that puts the sections they came from through them.

use std::collections::BTreeMap;
use std::path::Path;

use vmsd_schema::decode::typed::Registry;
use vmsd_schema::schema::SchemaSet;

use super::facts::Facts;
use super::layout::Layout;
use super::names::{snake, Taken};
use super::package::{self, Device};
use super::sample::Samples;
use super::write::{self, Dependency};
use crate::conform::Stream;
use crate::files::output::Output;

/// Devices of some streams, and those streams without anything else.
#[derive(Debug, Default)]
pub struct Project {
    samples: Samples,
    facts: Facts,
    data: BTreeMap<String, Vec<u8>>,
    names: Taken,
    /// Sections of which no struct can be made, and why.
    pub left_out: Vec<String>,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// Devices.
    pub devices: usize,
    /// Structs.
    pub structs: usize,
    /// JSON types without a codec.
    pub opaque: usize,
}

impl Project {
    /// Adds the devices of a stream that `wanted` picks by the name of their VMStateDescription or section.
    ///
    /// # Errors
    /// If the stream cannot be read or does not describe itself.
    pub fn add(
        &mut self,
        name: &str,
        bytes: &[u8],
        wanted: &dyn Fn(&str) -> bool,
    ) -> Result<(), String> {
        let stream = Stream::new(name, bytes);
        let open = stream.open()?;
        if open.described().is_none() {
            return Err("the stream does not describe its devices".to_owned());
        }
        let mut kept = Vec::new();
        for case in open.cases(&Registry::default(), true) {
            let Some(description) = case.description else {
                continue;
            };
            let is_device = case.device != "configuration";
            if !is_device || !(wanted(&case.device) || wanted(&case.section)) {
                continue;
            }
            match Layout::of_section(description, case.body.len(), case.opaque) {
                Ok(layout) => {
                    self.samples.add(layout, description, name);
                    kept.push(case.section.clone());
                }
                Err(conflict) => self
                    .left_out
                    .push(format!("{}: {}", case.section, conflict.0)),
            }
        }
        let trimmed = open.trim(&|section| kept.iter().any(|kept| kept == section));
        if let (Some(trimmed), false) = (trimmed, kept.is_empty()) {
            let file = Path::new(name)
                .file_name()
                .map(|file| file.to_string_lossy());
            let file = file.as_deref().unwrap_or(name);
            let stem = file.trim_end_matches(".zst").trim_end_matches(".gz");
            let stem = self.names.take(stem.trim_end_matches(".qevm"));
            self.data.insert(format!("{stem}.qevm"), trimmed);
        }
        Ok(())
    }

    /// Adds what a source knows that is no stream: a dump or a schema file.
    pub fn add_schemas(&mut self, set: SchemaSet) {
        self.facts.add(set);
    }

    /// Whether there is no device.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The devices.
    #[must_use]
    pub fn into_devices(self) -> Vec<Device> {
        self.samples.into_devices(&self.facts)
    }

    /// Writes the crate into `folder`.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(mut self, folder: &Path, library: &Dependency) -> std::io::Result<Written> {
        let name = folder
            .file_name()
            .map_or_else(String::new, |name| snake(&name.to_string_lossy()));
        let name = if name.is_empty() {
            "devices".to_owned()
        } else {
            name
        };
        let data = std::mem::take(&mut self.data);
        let devices = self.into_devices();
        let sources = package::sources(&devices);
        write::file(
            &folder.join("Cargo.toml"),
            &write::manifest(&name, library, true),
        )?;
        write::sources(folder, &sources)?;
        let test = TEST.replace("CRATE", &name);
        write::file(&folder.join("tests/round_trip.rs"), &test)?;
        let tests = folder.join("tests/data");
        std::fs::create_dir_all(&tests)?;
        for (file, bytes) in &data {
            Output::write(&tests.join(file), bytes)?;
        }
        Ok(Written {
            devices: devices.len(),
            structs: sources.structs,
            opaque: sources.opaque.len(),
        })
    }
}

const TEST: &str = include_str!("round_trip.rs.in");
