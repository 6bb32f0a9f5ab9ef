//! `vmsd conform`: the mirrors against real streams, embedded, given, or saved by a QEMU here and now.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use clap::ValueEnum;
use conformance::conform::mutations::{self, Plan};
use conformance::conform::{live, Report, Stream};
use conformance::qemu::{Machine, Verdict};
use conformance::report::{conform as report, mutations as mutation_report};
use conformance::Suite;

use crate::common::{print_json, Context, Exit, Failure};
use crate::files::files;

const EXAMPLES: &str = "\
Examples:
  vmsd conform                                       the embedded corpus
  vmsd conform guest.qevm snapshot.qevm.zst          streams of your own
  vmsd conform --known captures/                     every stream in a folder, as far as there are mirrors
  vmsd conform --qemu qemu-system-x86_64 -- -M q35   a QEMU that is installed here
  vmsd conform --qemu qemu-system-x86_64 --mutations 500 -- -M q35   the model of its loader, too

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
    /// Change one thing in the stream that it saves, so many times, and compare what QEMU and vmsd say of each copy.
    #[arg(long, value_name = "COUNT", requires = "qemu")]
    mutations: Option<u64>,
    /// What the changes follow from.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 0,
        requires = "mutations"
    )]
    seed: u64,
    /// How many QEMUs run at once.
    #[arg(
        long,
        value_name = "COUNT",
        default_value_t = 2,
        requires = "mutations"
    )]
    jobs: usize,
    /// Where inputs are kept on which they disagree, or on which QEMU crashes.
    #[arg(
        long,
        value_name = "FOLDER",
        default_value = "finds",
        requires = "mutations"
    )]
    finds: PathBuf,
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
        if let Some(count) = self.mutations {
            return self.mutate(&machine, count, context);
        }
        let outcome =
            live::run(&machine).map_err(|error| Failure::file(&name, error.to_string()))?;
        self.print(&outcome.report, context)?;
        let accepted = outcome.verdict == Verdict::Accept;
        let (version, machine, written) = (&outcome.version, &outcome.machine, outcome.written);
        let sentence = match &outcome.verdict {
            Verdict::Accept => format!("QEMU {version} {machine}: accepts the stream that {written} mirrors wrote"),
            Verdict::Hang => format!("QEMU {version} {machine}: neither accepts nor rejects the stream that {written} mirrors wrote"),
            Verdict::Reject(words) | Verdict::Crash(words) => format!("QEMU {version} {machine}: rejects the stream that {written} mirrors wrote: {words}"),
        };
        context.say(&sentence);
        Ok(Exit::of(!accepted || !outcome.report.findings().is_empty()))
    }

    fn mutate(
        &self,
        machine: &Machine,
        count: u64,
        context: &mut Context,
    ) -> Result<Exit, Failure> {
        let plan = Plan {
            count,
            seed: self.seed,
            jobs: self.jobs,
        };
        let progress = Mutex::new(context.progress(Some(count)));
        let each = |number| {
            if let Ok(mut progress) = progress.lock() {
                progress.at(number);
            }
        };
        let outcome = mutations::run(machine, plan, &each);
        drop(progress);
        let name = machine.binary.display().to_string();
        let outcome = outcome.map_err(|error| Failure::file(&name, error.to_string()))?;
        let folder = self.finds.display().to_string();
        mutations::keep(&outcome, &self.finds).map_err(|error| Failure::io(&folder, &error))?;
        context.print(|out, styles| match self.format {
            Format::Json => print_json(out, &mutation_report::Report::new(&outcome)),
            _ => mutation_report::text(&outcome, out, styles),
        })?;
        Ok(Exit::of(!outcome.is_clean()))
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
