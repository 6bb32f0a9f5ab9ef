//! `vmsd generate stream`: a valid stream of a schema, and near-valid ones.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use conformance::files::output::Output;
use conformance::migration::source::{self, Source};
use vmsd_schema::arbitrary::{entropy, Mutator, Unstructured, ValidStream};
use vmsd_schema::schema::SchemaSet;

use crate::common::{Context, Exit, Failure};
use crate::schema::load;

/// Bytes that the values of one stream are made of; what is left is zeros.
const ENTROPY: usize = 1 << 20;

/// Bytes that choose one change.
const CHANGE: usize = 64;

const EXAMPLES: &str = "\
Examples:
  vmsd generate stream --schema guest.qevm --seed 7 -o made.qevm
  vmsd generate stream --schema q35.json --device hpet --seed 1 | vmsd decode -
  vmsd generate stream --schema guest.qevm --mutate 100 -o broken && cat broken/changes.txt

Exit status: 0 written, 1 a device of the schema could not be made, 2 could not do the job";

/// Write a valid stream of a schema, with made-up values; or many in which one thing is wrong.
///
/// What a schema leaves open is made up: which fields that depend on a predicate are there, which subsections, how many
/// elements. The same seed gives the same stream. Whether a device's own code accepts the values is not known.
///
/// With --mutate N files 0001.qevm, 0002.qevm … and changes.txt are written, a line for each. In each file one thing is changed
/// and the framing around it kept: a value, a version, a subsection, a name, a footer, the order of sections …
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A stream, a -dump-vmstate file or a schema file. Several are put together.
    #[arg(long, value_name = "SOURCE", required = true, num_args = 1..)]
    schema: Vec<PathBuf>,
    /// Only this device, by the name of its description, type or section.
    #[arg(long, value_name = "NAME")]
    device: Vec<String>,
    /// What the values follow from.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// Write so many changed copies, into the folder that -o names.
    #[arg(long, value_name = "COUNT", requires = "output")]
    mutate: Option<u32>,
    /// Where to write; standard output without it.
    #[arg(long, short, value_name = "FILE|FOLDER")]
    output: Option<PathBuf>,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let mut loaded = Vec::new();
        for path in &self.schema {
            loaded.push(load(&Source::File(path.clone()), context)?);
        }
        let (mut set, _) = source::merge(&loaded);
        self.select(&mut set)?;
        let random = entropy(self.seed, ENTROPY);
        let mut u = Unstructured::new(&random);
        let made = ValidStream::new(&set, &mut u)
            .map_err(|error| Failure::file("--schema", error.to_string()))?;
        for sentence in &made.left_out {
            context.say(&format!("left out: {sentence}"));
        }
        match (&self.output, self.mutate) {
            (Some(folder), Some(count)) => self.mutate(&made.bytes, folder, count, context)?,
            (Some(file), None) => write(file, &made.bytes)?,
            (None, _) => context.print(|out, _| out.write_all(&made.bytes))?,
        }
        let live = |line: &String| line.ends_with(": not a device");
        Ok(Exit::of(!made.left_out.iter().all(live)))
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
            let mut names = names.into_iter().flatten();
            names.any(|name| self.device.contains(name))
        });
        match set.devices.is_empty() {
            true => Err(Failure::file("--device", "no source has such a device")),
            false => Ok(()),
        }
    }

    fn mutate(
        &self,
        stream: &[u8],
        folder: &Path,
        count: u32,
        context: &mut Context,
    ) -> Result<(), Failure> {
        let io = |error: std::io::Error| Failure::io(&folder.display().to_string(), &error);
        fs::create_dir_all(folder).map_err(io)?;
        let mutator = Mutator::new(stream, &());
        let mut list = String::new();
        for number in 1..=count {
            let random = entropy(self.seed.wrapping_add(u64::from(number)), CHANGE);
            let changed = mutator.change(&mut Unstructured::new(&random));
            let Some((bytes, change)) = changed else {
                continue;
            };
            let name = format!("{number:04}.qevm");
            write(&folder.join(&name), &bytes)?;
            list.push_str(&format!("{name}: {change}\n"));
        }
        write(&folder.join("changes.txt"), list.as_bytes())?;
        let written = list.lines().count();
        context.say(&format!("{}: {written} streams", folder.display()));
        Ok(())
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || {
        let mut output = Output::create(path)?;
        output.write_all(bytes)?;
        output.commit()
    };
    write().map_err(|error| Failure::io(&path.display().to_string(), &error))
}
