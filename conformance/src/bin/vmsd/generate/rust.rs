//! `vmsd generate rust`: a crate of devices from streams.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use conformance::conform::Stream;
use conformance::generate::c;
use conformance::generate::project::Project;
use conformance::generate::write::{file, Dependency};
use vmsd_schema::schema::SchemaSet;

use crate::common::{Context, Exit, Failure};

const EXAMPLES: &str = "\
Examples:
  vmsd generate rust guest.qevm -o devices && cd devices && cargo test
  vmsd generate rust old.qevm new.qevm.zst --device e1000 --device hpet -o devices
  vmsd generate rust guest.qevm --lang c -o tables";

/// Write a crate from streams: a struct with the derive for each device.
///
/// A file for each device, structs that several devices share in `shared.rs`, and a test that puts the sections they
/// came from through them. Sections of one name become one struct where they can: what some have and others have not
/// is optional, what they have in different numbers gets a length.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Streams that describe themselves, outputs of QEMU's -dump-vmstate, and schema files; `-` is standard input.
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<PathBuf>,
    /// Only this device, by the name of its section or of its VMStateDescription.
    #[arg(long, value_name = "NAME")]
    device: Vec<String>,
    /// The language. C is for review: tables as QEMU's macros would have them.
    #[arg(long, value_enum, default_value_t = Language::Rust)]
    lang: Language,
    /// The vmsd-schema that the crate uses, instead of the checkout that this program was built from.
    #[arg(long, value_name = "PATH|VERSION")]
    vmsd_schema: Option<String>,
    /// Where the crate is written.
    #[arg(long, short, value_name = "FOLDER")]
    output: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    Rust,
    C,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let mut project = Project::default();
        let wanted = |name: &str| self.device.is_empty() || self.device.iter().any(|d| d == name);
        for path in &self.sources {
            let name = path.display().to_string();
            match read(path).map_err(|error| Failure::io(&name, &error))? {
                Content::Schemas(text) => {
                    let set = SchemaSet::from_json(&text)
                        .map_err(|error| Failure::file(&name, error.to_string()))?;
                    project.add_schemas(set);
                }
                Content::Stream(bytes) => project
                    .add(&name, &bytes, &wanted)
                    .map_err(|sentence| Failure::file(&name, sentence))?,
            }
        }
        for sentence in &project.left_out {
            context.say(&format!("left out: {sentence}"));
        }
        let left_out = !project.left_out.is_empty();
        let folder = self.output.display().to_string();
        if project.is_empty() {
            return Err(Failure::file(&folder, "no such device in these sources"));
        }
        let io = |error: std::io::Error| Failure::io(&folder, &error);
        if self.lang == Language::C {
            let tables = c::tables(&project.into_devices());
            for (name, text) in &tables {
                file(&self.output.join(name), text).map_err(io)?;
            }
            context.say(&format!("{folder}: {} tables", tables.len()));
            return Ok(Exit::of(left_out));
        }
        let library = match &self.vmsd_schema {
            Some(text) => Dependency::of(text),
            None => Dependency::checkout(),
        };
        let written = project.write(&self.output, &library).map_err(io)?;
        context.say(&format!(
            "{folder}: {} devices, {} structs, {} types without a codec",
            written.devices, written.structs, written.opaque
        ));
        Ok(Exit::of(left_out))
    }
}

/// What a source is.
enum Content {
    /// JSON, which no stream starts like: a dump or a schema file.
    Schemas(Vec<u8>),
    Stream(Vec<u8>),
}

fn read(path: &Path) -> std::io::Result<Content> {
    let mut bytes = Vec::new();
    if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(path)?;
    }
    let plain = Stream::new(&path.display().to_string(), &bytes);
    let text = plain.bytes();
    Ok(match text.trim_ascii_start().starts_with(b"{") {
        true => Content::Schemas(text.to_vec()),
        false => Content::Stream(bytes),
    })
}
