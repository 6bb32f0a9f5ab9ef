//! `vmsd strip`: a stream without the guest's memory.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use conformance::files::input::{same_file, STDIN};
use conformance::files::output::Output;
use conformance::reading::walk::{Stop, Walk};
use conformance::report::scalar::Count;
use conformance::rewrite::strip::{Mode, Report, Strip};

use crate::common::{open, start, Context, Exit, Failure, ReadArgs};

/// Copy a stream without what was in the guest's memory: every device byte stays, page records go.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Dropped or overwritten are the pages of guest memory, the contents of disks that travel with them, and nothing\n",
    "else: what devices hold in buffers of their own stays. A mapped-ram file keeps its layout and its size; its bitmap\n",
    "is cleared and its pages are zeroed. A scrubbed page holds the text \"vmsd scrubbed   \" over and over.\n",
    "\nExamples:\n",
    "  vmsd strip guest.qevm -o small.qevm\n",
    "  vmsd strip --scrub guest.qevm -o - | zstd > clean.qevm.zst\n",
    "  vmsd strip guest.save -o screen.qevm --keep-block 0000:00:02.0/vga.vram\n",
    "\nExit status: 0 the copy is there; 2 it is not: the output is written aside and gets its name at the end."
))]
pub(crate) struct Args {
    /// A migration stream, plain or in a container; - is standard input.
    file: PathBuf,
    /// Where the copy goes; - is standard output. It is not compressed.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Keep the page records and overwrite what is in them.
    #[arg(long)]
    scrub: bool,
    /// Keep what is in this RAM block, as often as needed.
    #[arg(long, value_name = "NAME")]
    keep_block: Vec<String>,
    #[command(flatten)]
    read: ReadArgs,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let name = self.output.display().to_string();
        if self.file != Path::new(STDIN) && same_file(&self.file, &self.output) {
            return Err(Failure::file(
                &name,
                "is the input; it would be gone before it is read",
            ));
        }
        let mut input = open(&self.file, &self.read.place)?;
        let total = input.file_len;
        let moved = input.source.base() > 0;
        let mapped = moved
            && input
                .source
                .has_mapped_ram()
                .map_err(|error| Failure::io(&input.name, &error))?;
        let mut walk = start(input, &self.read)?;
        let mut progress = context.progress(total);
        let report = if self.output == Path::new(STDIN) {
            let mut outcome = Ok(Report::default());
            context.print(|out, _| {
                outcome = self.copy(&mut walk, mapped, out, &mut |done| progress.at(done));
                Ok(())
            })?;
            let report = outcome?;
            context.finish().map_err(|failure| match failure {
                Failure::ClosedPipe => closed(),
                other => other,
            })?;
            report
        } else {
            let mut output =
                Output::create(&self.output).map_err(|error| Failure::io(&name, &error))?;
            let report = self.copy(&mut walk, mapped, &mut output, &mut |done| {
                progress.at(done)
            })?;
            output
                .commit()
                .map_err(|error| Failure::io(&name, &error))?;
            report
        };
        drop(progress);
        let what = if self.scrub { "overwritten" } else { "dropped" };
        context.remark(&format!(
            "{name}: {} of {} written, {} {what}",
            report.written,
            Count(report.read, "byte"),
            Count(report.records, "page record")
        ));
        Ok(Exit::Clean)
    }

    fn copy(
        &self,
        walk: &mut Walk,
        moving: bool,
        out: &mut dyn Write,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report, Failure> {
        let mode = if self.scrub { Mode::Scrub } else { Mode::Drop };
        let mut strip = Strip::new(out, mode).keeping(&self.keep_block);
        if moving {
            strip = strip.moving();
        }
        walk.run(&mut |step| strip.step(&step), progress)
            .map_err(|stop| match stop {
                Stop::Output(error) if self.output != Path::new(STDIN) => {
                    Failure::io(&self.output.display().to_string(), &error)
                }
                Stop::Output(error) if error.kind() == ErrorKind::BrokenPipe => closed(),
                other => Failure::stop(&walk.name, other),
            })?;
        if let Some(name) = strip.not_found() {
            return Err(Failure::file(
                &walk.name,
                format!(
                    "there is no RAM block {name} to keep; there are {}",
                    strip.blocks().join(", ")
                ),
            ));
        }
        Ok(strip.report())
    }
}

/// Who reads a report may have enough of it; who reads a copy has half of one.
#[cold]
fn closed() -> Failure {
    Failure::file(
        "standard output",
        "was closed before the whole copy was written",
    )
}
