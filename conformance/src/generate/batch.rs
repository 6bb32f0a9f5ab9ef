//! Many streams at once: one device for every layout that occurs, in crates that compile side by side, and a program
//! that puts each section of each stream through its device.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use vmsd_schema::decode::typed::Registry;

use super::layout::Layout;
use super::package::{self, Device};
use super::write::{manifest, Dependency};
use crate::conform::Stream;

/// Devices of one crate: enough to share structs, few enough to compile in pieces.
const DEVICES: usize = 250;

/// Every layout of a set of streams.
#[derive(Debug, Default)]
pub struct Batch {
    layouts: BTreeMap<u64, Device>,
    /// The streams that can be read.
    pub streams: Vec<PathBuf>,
    /// Files that are no streams, and why.
    pub others: Vec<(PathBuf, String)>,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Size {
    /// Devices: different layouts.
    pub devices: usize,
    /// Structs.
    pub structs: usize,
    /// Crates.
    pub crates: usize,
}

impl Batch {
    /// Adds a file.
    ///
    /// # Errors
    /// If it cannot be read; what is no stream with a description is noted instead.
    pub fn add(&mut self, path: &Path) -> std::io::Result<()> {
        let name = path.display().to_string();
        let stream = Stream::new(&name, &std::fs::read(path)?);
        let open = match stream.open() {
            Ok(open) => open,
            Err(sentence) => {
                self.others.push((path.to_owned(), sentence));
                return Ok(());
            }
        };
        if open.described().is_none() {
            let sentence = "no description".to_owned();
            self.others.push((path.to_owned(), sentence));
            return Ok(());
        }
        self.streams.push(path.to_owned());
        for case in open.cases(&Registry::default(), true) {
            let Some(description) = case.description else {
                continue;
            };
            // What cannot be laid out is a finding of the program.
            let Ok(layout) = Layout::of_section(description, case.body.len(), case.opaque) else {
                continue;
            };
            self.layouts.entry(layout.key()).or_insert_with(|| Device {
                layout,
                sources: vec![name.clone()],
            });
        }
        Ok(())
    }

    /// Writes the crates and the program into `folder`.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(
        &self,
        folder: &Path,
        library: &Dependency,
        runner_folder: &Path,
    ) -> std::io::Result<Size> {
        let mut devices: Vec<(u64, &Device)> = self.layouts.iter().map(|(k, d)| (*k, d)).collect();
        devices.sort_by(|one, other| one.1.layout.name.cmp(&other.1.layout.name));
        let mut size = Size {
            devices: devices.len(),
            ..Size::default()
        };
        let mut calls = String::new();
        let mut dependencies = String::new();
        for (number, chunk) in devices.chunks(DEVICES).enumerate() {
            let name = format!("generated_{number}");
            let own: Vec<Device> = chunk.iter().map(|(_, device)| (*device).clone()).collect();
            let sources = package::sources(&own);
            size.structs += sources.structs;
            size.crates += 1;
            let root = folder.join(&name);
            super::write::sources(&root, &sources)?;
            super::write::file(&root.join("Cargo.toml"), &manifest(&name, library, false))?;
            let _ = writeln!(dependencies, "{name} = {{ path = \"../{name}\" }}");
            let origins = chunk.iter().map(|(key, device)| {
                let source = device.sources.first().map_or("", String::as_str);
                format!("            ({key:#x}, {source:?}),\n")
            });
            let origins: String = origins.collect();
            let _ = writeln!(
                calls,
                "        ({name}::registry(), &[\n{origins}        ]),"
            );
        }
        let main = format!(
            "//! Puts every section through the device of its layout.\n\nfn main() -> std::io::Result<()> {{\n    \
             conformance::generate::prove::run(&[\n{calls}    ])\n}}\n"
        );
        super::write::file(&folder.join("prove/src/main.rs"), &main)?;
        let runner = runner_folder.display();
        super::write::file(
            &folder.join("prove/Cargo.toml"),
            &format!(
                "[package]\nname = \"prove\"\nversion = \"0.0.0\"\nedition = \"2021\"\npublish = false\n\n[dependencies]\n\
                 vmsd-conformance = {{ path = \"{runner}\" }}\n{dependencies}"
            ),
        )?;
        let names = (0..size.crates).map(|number| format!("generated_{number}"));
        super::write::file(&folder.join("Cargo.toml"), &workspace(names.collect()))?;
        // The same versions of everything: what is compiled already need not be again.
        let lock = runner_folder.join("../Cargo.lock");
        if let (Ok(text), false) = (
            std::fs::read_to_string(lock),
            folder.join("Cargo.lock").exists(),
        ) {
            super::write::file(&folder.join("Cargo.lock"), &text)?;
        }
        Ok(size)
    }
}

/// The manifest of the workspace. Only what is generated is compiled in a way of its own; the profile of all else is that
/// of our workspace, so that it can be taken from where it was compiled already.
fn workspace(names: Vec<String>) -> String {
    let members: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    let mut out = format!(
        "[workspace]\nmembers = [\"prove\", {}]\nresolver = \"2\"\n\n\
         [profile.dev]\ndebug = \"line-tables-only\"\n\n\
         [profile.dev.package]\nvmsd-schema.opt-level = 2\nserde_json.opt-level = 2\n",
        members.join(", ")
    );
    for name in names {
        let _ = write!(
            out,
            "\n[profile.dev.package.{name}]\ndebug = false\nincremental = false\n"
        );
    }
    out
}
