//! `vmsd schema`: what sources tell of a machine's devices, put together.

use std::path::PathBuf;

use clap::ValueEnum;
use conformance::files::output::Output;
use conformance::migration::source::{self, Loaded, Source};
use vmsd_schema::schema::{Dialect, SchemaSet};

use crate::common::{Context, Exit, Failure};

/// Show or write the schema of a machine, from one source or several that know different things.
///
/// A stream knows encodings and sizes on the wire of what it holds; a dump knows versions, predicates and subsections
/// that were not sent. Together they tell what neither does. Contradictions are warnings.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  vmsd schema guest.qevm q35.dump.json -o q35.json\n",
    "  vmsd schema --builtin 10.0 --device mc146818rtc\n",
    "  vmsd schema q35.json --format dump\n",
    "\nExit status: 0 the schema is there; 1 sources contradict each other; 2 a source cannot be used."
))]
pub(crate) struct Args {
    /// Streams, -dump-vmstate files, schema files; plain or compressed by gzip or zstd; - is standard input.
    #[arg(value_name = "SOURCE", required_unless_present = "builtin")]
    sources: Vec<PathBuf>,
    /// The built-in mirrors as well; with a QEMU version, as that version has them.
    #[arg(long, value_name = "VERSION", num_args = 0..=1, default_missing_value = "", value_parser = builtin)]
    builtin: Option<Builtin>,
    /// Only devices of this name: a description, a device type or a section. May be given more than once.
    #[arg(long, value_name = "NAME")]
    device: Vec<String>,
    /// Where to write it; - is standard output. Without it a text is printed.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How to write it. To a file that is JSON, else text.
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A line for each field.
    Text,
    /// Our own; see docs/schema.md.
    Json,
    /// What -dump-vmstate writes.
    Dump,
}

#[derive(Clone, Copy, Debug)]
struct Builtin(Option<Dialect>);

fn builtin(version: &str) -> Result<Builtin, String> {
    if version.is_empty() {
        return Ok(Builtin(None));
    }
    match Dialect::of_qemu(version) {
        Some(dialect) => Ok(Builtin(Some(dialect))),
        None => Err("is not a QEMU version, such as 10.0".to_owned()),
    }
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let files = self.sources.iter().map(|path| Source::File(path.clone()));
        let builtin = self.builtin.map(|builtin| Source::Builtin(builtin.0));
        let mut loaded = Vec::new();
        for source in files.chain(builtin) {
            loaded.push(load(&source, context)?);
        }
        let (mut set, clashes) = source::merge(&loaded);
        for clash in &clashes {
            context.say(&format!("warning: {clash}"));
        }
        self.select(&mut set)?;
        self.write(&set, context)?;
        Ok(Exit::of(!clashes.is_empty()))
    }

    fn select(&self, set: &mut SchemaSet) -> Result<(), Failure> {
        if self.device.is_empty() {
            return Ok(());
        }
        set.devices.retain(|device| {
            let names = [
                Some(&device.schema.name),
                device.type_name.as_ref(),
                device.section.as_ref().map(|id| &id.idstr),
            ];
            names
                .into_iter()
                .flatten()
                .any(|name| self.device.contains(name))
        });
        if set.devices.is_empty() {
            return Err(Failure::file("--device", "no source has such a device"));
        }
        Ok(())
    }

    fn write(&self, set: &SchemaSet, context: &mut Context) -> Result<(), Failure> {
        let to_file = self.output.as_ref().filter(|path| path.as_os_str() != "-");
        let format = self.format.unwrap_or(if self.output.is_some() {
            Format::Json
        } else {
            Format::Text
        });
        let text = match format {
            Format::Text => set.to_string(),
            Format::Json => set.to_json(),
            Format::Dump => set.to_dump(),
        };
        let Some(path) = to_file else {
            return context.print(|out, _| out.write_all(text.as_bytes()));
        };
        let name = path.display().to_string();
        Output::write(path, text.as_bytes()).map_err(|error| Failure::io(&name, &error))
    }
}

/// Loads a source and says what is odd about it.
pub(crate) fn load(source: &Source, context: &mut Context) -> Result<Loaded, Failure> {
    let name = source.name();
    let loaded = source.load().map_err(|failure| match failure {
        source::Failure::Io(error) => Failure::io(&name, &error),
        source::Failure::Content(sentence) => Failure::file(&name, sentence),
    })?;
    for warning in &loaded.warnings {
        context.say(&format!("warning: {name}: {warning}"));
    }
    Ok(loaded)
}
