//! `vmsd inspect`: what is in a stream, without decoding it.

use std::path::PathBuf;

use conformance::files::container::Content;
use conformance::files::input::Input;
use conformance::report::{channel, inspect, inspect_json};

use crate::common::{open, print_json, Context, Exit, Failure, Format, Opened, ReadArgs};

/// Show what a stream consists of: machine, sections, RAM blocks, pages by kind.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  vmsd inspect guest.qevm\n",
    "  zstd -dc guest.qevm.zst | vmsd inspect --format json - | jq .machine\n",
    "\nExit status: 0 the stream is whole and every section could be measured; 1 there are findings; 2 not a stream."
))]
pub(crate) struct Args {
    /// A migration stream, plain or in a container: compressed, a libvirt image, a disk image; - is standard input.
    file: PathBuf,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let input = open(&self.file, &self.read.place)?;
        if input.content != Content::Stream {
            return self.channel(input, context);
        }
        let opened = Opened::of(input, &self.read, context)?;
        let subject = opened.subject();
        context.print(|out, styles| match self.format {
            Format::Text => inspect::text(&subject, out, styles),
            Format::Json => print_json(out, &inspect_json::Report::new(&subject)),
        })?;
        Ok(Exit::of(!opened.outline.findings.is_empty()))
    }

    /// Reports on a further channel of a multifd migration.
    fn channel(&self, input: Input, context: &mut Context) -> Result<Exit, Failure> {
        const USUAL: u64 = 4096;
        let page_size = u32::try_from(self.read.page_size.unwrap_or(USUAL)).unwrap_or(u32::MAX);
        let report = channel::Report::read(input.source.into_read(), page_size);
        let report = report.map_err(|error| Failure::io(&input.name, &error))?;
        context.print(|out, _| match self.format {
            Format::Text => report.text(out),
            Format::Json => print_json(out, &report),
        })?;
        Ok(Exit::Clean)
    }
}
