//! `vmsd diff`: what differs between two streams, by device and field.

use std::path::PathBuf;

use conformance::contents::devices;
use conformance::diff::{diff, Change, Side};
use conformance::report::diff as report;
use conformance::select::matches;

use crate::common::{print_json, Context, Exit, Failure, Format, Opened, ReadArgs};

/// Compare two streams by device and field.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Compared are the configuration, the RAM blocks and the state of devices; not the pages of RAM.\n",
    "\nExamples:\n",
    "  vmsd diff before.qevm after.qevm\n",
    "  vmsd diff --ignore timer --ignore '*tsc*' before.qevm after.qevm\n",
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
        context.print(|out, styles| match self.format {
            Format::Text => report::text(&changes, out, styles),
            Format::Json => print_json(
                out,
                &report::Report::new(&a.walk.name, &b.walk.name, &changes),
            ),
        })?;
        for side in [&a, &b] {
            context.findings(&side.walk.name, &side.outline.findings);
        }
        let findings = [&a, &b]
            .iter()
            .any(|side| !side.outline.findings.is_empty());
        Ok(Exit::of(findings || !changes.is_empty()))
    }
}

fn ignores(pattern: &str, change: &Change) -> bool {
    matches(pattern, &change.device)
        || matches(pattern, &change.path)
        || matches(pattern, &format!("{}:{}", change.device, change.path))
}
