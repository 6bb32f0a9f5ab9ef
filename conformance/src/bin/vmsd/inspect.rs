//! `vmsd inspect`: what is in a stream, without decoding it.

use std::path::PathBuf;

use conformance::report::{inspect, inspect_json};

use crate::common::{print_json, Context, Exit, Failure, Format, Opened, ReadArgs};

/// Show what a stream consists of: machine, sections, RAM blocks, pages by kind.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  vmsd inspect guest.qevm\n",
    "  zstd -dc guest.qevm.zst | vmsd inspect --format json - | jq .machine\n",
    "\nExit status: 0 the stream is whole and every section could be measured; 1 there are findings; 2 not a stream."
))]
pub(crate) struct Args {
    /// A migration stream, plain or compressed by gzip or zstd; - is standard input.
    file: PathBuf,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let opened = Opened::open(&self.file, &self.read, context)?;
        let subject = opened.subject();
        context.print(|out, styles| match self.format {
            Format::Text => inspect::text(&subject, out, styles),
            Format::Json => print_json(out, &inspect_json::Report::new(&subject)),
        })?;
        Ok(Exit::of(!opened.outline.findings.is_empty()))
    }
}
