//! `vmsd conform`: the mirrors against real streams, embedded, given, or saved by a QEMU here and now.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use conformance::conform::{live, Report, Stream};
use conformance::qemu::{Machine, Verdict};
use conformance::report::conform as report;
use conformance::Suite;

use crate::common::{Context, Exit, Failure};
use crate::files::files;

const EXAMPLES: &str = "\
Examples:
  vmsd conform                                       the embedded corpus
  vmsd conform guest.qevm snapshot.qevm.zst          streams of your own
  vmsd conform --known captures/                     every stream in a folder, as far as there are mirrors
  vmsd conform --qemu qemu-system-x86_64 -- -M q35   a QEMU that is installed here

Exit status: 0 all agree, 1 findings, 2 could not do the job";

/// Proves that the typed devices and real QEMU streams agree, byte for byte.
///
/// Every section of every stream is loaded by its mirror, saved again, compared with the stream's own description and
/// with what QEMU's analyze-migration.py prints, and written and read at every version that the device has.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Streams, and folders of streams, to check instead of the embedded corpus.
    #[arg(value_name = "FILE", conflicts_with = "qemu")]
    streams: Vec<PathBuf>,
    /// Leave out devices that have no mirror of their version.
    #[arg(long)]
    known: bool,
    /// A QEMU binary: it saves a stopped machine, and must load the stream that the mirrors write.
    #[arg(long, value_name = "BINARY")]
    qemu: Option<PathBuf>,
    /// A folder that the QEMU can read and write.
    #[arg(long, value_name = "FOLDER", requires = "qemu")]
    scratch: Option<PathBuf>,
    /// Arguments for the QEMU: the machine.
    #[arg(last = true, requires = "qemu", value_name = "QEMU ARGS")]
    machine: Vec<String>,
    /// How to report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table for people.
    Text,
    /// For programs; see docs/json.md.
    Json,
    /// For a CI that counts tests.
    Junit,
    /// For a page.
    Markdown,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        match &self.qemu {
            Some(binary) => self.live(binary, context),
            None => {
                let report = self.suite()?.run();
                self.print(&report, context)?;
                Ok(Exit::of(!report.findings().is_empty()))
            }
        }
    }

    fn suite(&self) -> Result<Suite, Failure> {
        if self.streams.is_empty() {
            return Ok(Suite::embedded());
        }
        let mut suite = Suite::mirrors();
        if self.known {
            suite = suite.only_known();
        }
        for path in files(&self.streams)? {
            let name = path.display().to_string();
            let bytes = std::fs::read(&path).map_err(|error| Failure::io(&name, &error))?;
            let stream = Stream::new(&name, &bytes);
            // A folder may hold other things; a file that was named must be a stream.
            if self.streams.contains(&path) || stream.is_readable() {
                suite = suite.with(stream);
            }
        }
        Ok(suite)
    }

    fn live(&self, binary: &Path, context: &mut Context) -> Result<Exit, Failure> {
        let machine = Machine {
            binary: binary.to_owned(),
            args: self.machine.clone(),
            scratch: self.scratch.clone().unwrap_or_else(std::env::temp_dir),
        };
        let name = binary.display().to_string();
        let outcome =
            live::run(&machine).map_err(|error| Failure::file(&name, error.to_string()))?;
        self.print(&outcome.report, context)?;
        let accepted = outcome.verdict == Verdict::Accept;
        let (version, machine, written) = (&outcome.version, &outcome.machine, outcome.written);
        let sentence = match &outcome.verdict {
            Verdict::Accept => format!("QEMU {version} {machine}: accepts the stream that {written} mirrors wrote"),
            Verdict::Reject(words) => format!("QEMU {version} {machine}: rejects the stream that {written} mirrors wrote: {words}"),
        };
        context.say(&sentence);
        Ok(Exit::of(!accepted || !outcome.report.findings().is_empty()))
    }

    fn print(&self, outcome: &Report, context: &mut Context) -> Result<(), Failure> {
        context.print(|out, styles| match self.format {
            Format::Text => report::text(outcome, out, styles),
            Format::Json => report::json(outcome, out),
            Format::Junit => report::junit(outcome, out),
            Format::Markdown => report::markdown(outcome, out),
        })
    }
}
