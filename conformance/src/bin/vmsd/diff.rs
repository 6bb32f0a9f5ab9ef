//! `vmsd diff`: what differs between two streams, by device and field.

use std::path::{Path, PathBuf};

use conformance::diff::{diff, Change, Side};
use conformance::files::input::STDIN;
use conformance::ram::compare::{compare, Changed, Memory};
use conformance::ram::open::Opener;
use conformance::reading::contents::devices;
use conformance::reading::select::matches;
use conformance::report::diff as report;

use crate::common::{print_json, Context, Exit, Failure, Format, Opened, ReadArgs};

/// Compare two streams by device and field.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Compared are the configuration, the RAM blocks and the state of devices; with --ram also what is in memory, which\n",
    "is unpacked into temporary files first.\n",
    "\nExamples:\n",
    "  vmsd diff before.qevm after.qevm\n",
    "  vmsd diff --ignore timer --ignore '*tsc*' before.qevm after.qevm\n",
    "  vmsd diff --ram --ignore '*' before.qevm after.qevm\n",
    "  vmsd diff --format json a.qevm b.qevm | jq -r '.changes[].path'\n",
    "\nExit status: 0 nothing differs; 1 something does; 2 one of them cannot be read."
))]
pub(crate) struct Args {
    /// The first stream; - is standard input.
    a: PathBuf,
    /// The second stream.
    b: PathBuf,
    /// Leave out what matches: a device, a field's path, or both as DEVICE:PATH; with * and ?.
    #[arg(long, value_name = "PATTERN")]
    ignore: Vec<String>,
    /// Compare guest memory too: ranges of pages that differ, by block and guest-physical address.
    #[arg(long)]
    ram: bool,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let a = Opened::open(&self.a, &self.read, context)?;
        let b = Opened::open(&self.b, &self.read, context)?;
        let (devices_a, devices_b) = (devices(&a.walk, &a.outline), devices(&b.walk, &b.outline));
        let mut changes = diff(
            &Side {
                outline: &a.outline,
                devices: &devices_a,
            },
            &Side {
                outline: &b.outline,
                devices: &devices_b,
            },
        );
        changes.retain(|change| !self.ignore.iter().any(|pattern| ignores(pattern, change)));
        let memory = self.memory(context)?;
        context.print(|out, styles| match self.format {
            Format::Text => {
                report::text(&changes, out, styles)?;
                report::memory(memory.as_deref().unwrap_or_default(), out, styles)
            }
            Format::Json => print_json(
                out,
                &report::Report::new(&a.walk.name, &b.walk.name, &changes, memory.as_deref()),
            ),
        })?;
        for side in [&a, &b] {
            context.findings(&side.walk.name, &side.outline.findings);
        }
        let findings = [&a, &b]
            .iter()
            .any(|side| !side.outline.findings.is_empty());
        let differs = !changes.is_empty() || memory.is_some_and(|memory| !memory.is_empty());
        Ok(Exit::of(findings || differs))
    }

    /// What differs in guest memory, if that was asked for.
    fn memory(&self, context: &Context) -> Result<Option<Vec<Changed>>, Failure> {
        if !self.ram {
            return Ok(None);
        }
        let load = |path: &PathBuf| {
            let opener = Opener {
                path: path.clone(),
                options: self.read.place.options(),
                page_size: self.read.page_size,
                channels: Vec::new(),
            };
            let name = path.display().to_string();
            if path == Path::new(STDIN) {
                let sentence = "is read twice for its memory: it needs a file";
                return Err(Failure::file("standard input", sentence));
            }
            let mut progress = context.progress(None);
            Memory::load(&opener, &mut |done| progress.at(done))
                .map_err(|stop| Failure::stop(&name, stop))
        };
        let (a, b) = (load(&self.a)?, load(&self.b)?);
        let changed = compare(&a, &b).map_err(|error| Failure::io("a temporary file", &error))?;
        Ok(Some(changed))
    }
}

fn ignores(pattern: &str, change: &Change) -> bool {
    matches(pattern, &change.device)
        || matches(pattern, &change.path)
        || matches(pattern, &format!("{}:{}", change.device, change.path))
}
