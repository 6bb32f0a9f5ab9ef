//! `vmsd check`: whether a guest can move from one QEMU to another.

use std::path::PathBuf;

use clap::ValueEnum;
use conformance::migration::judge::{check, Judge, Reading};
use conformance::migration::side::Side;
use conformance::report::check::{self as report, Checked};
use vmsd_schema::compat::Verdict;

use crate::common::{print_json, Context, Exit, Failure, Format};

/// Say whether a guest can move from one QEMU to another, and what stands in its way.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Each side is one source or several of the same machine: a migration stream, a -dump-vmstate dump, a schema file; plain or\n",
    "compressed by gzip or zstd. Where both sides have a stream, the bytes of FROM's are judged, by the layout, the counts and the\n",
    "values of TO's; else the sides' schemas are. A dump of TO's QEMU tells which subsections and versions it knows beside those\n",
    "that its stream shows; so do the built-in mirrors, as TO's version has them.\n",
    "\nThe verdict is `loads`, `breaks`, `risk` (it depends on the guest) or `unknown` (the sources do not tell enough). A finding quotes\n",
    "what TO's QEMU would print; the first that breaks is the one it stops at.\n",
    "\nExamples:\n",
    "  vmsd check --from guest.qevm --to target.qevm target-dump.json\n",
    "  vmsd check --from a.qevm --to b.qevm --mode full --format json | jq -r .verdict\n",
    "  vmsd check --from old-dump.json --to new-dump.json --reverse\n",
    "\nExit status: 0 it loads; 1 it does not, or nobody can tell; 2 a source cannot be read."
))]
pub(crate) struct Args {
    /// What sends: a stream, and whatever else is known of its QEMU.
    #[arg(long, required = true, num_args = 1.., value_name = "SOURCE")]
    from: Vec<PathBuf>,
    /// What loads.
    #[arg(long, required = true, num_args = 1.., value_name = "SOURCE")]
    to: Vec<PathBuf>,
    /// Exchange the sides.
    #[arg(long)]
    reverse: bool,
    /// Which directions are checked.
    #[arg(long, value_enum, default_value_t = Mode::Backward)]
    mode: Mode,
    /// How many CPUs TO can have (maxcpus of -smp), where its stream does not show it.
    #[arg(long, value_name = "N")]
    maxcpus: Option<u64>,
    /// Leave the built-in mirrors of QEMU's devices out.
    #[arg(long)]
    no_builtin: bool,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Directions, as schema registries name them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// TO loads what FROM sends.
    Backward,
    /// FROM loads what TO sends.
    Forward,
    /// Both.
    Full,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let mut sides = [load(&self.from)?, load(&self.to)?];
        sides[1].max_cpus = self.maxcpus;
        if self.reverse {
            sides.reverse();
        }
        let judge = match self.no_builtin {
            false => Judge::with_mirrors(),
            true => Judge::default(),
        };
        let [from, to] = &sides.each_ref().map(|side| judge.read(side));
        let mut directions = Vec::new();
        if self.mode != Mode::Forward {
            directions.push((from, to));
        }
        if self.mode != Mode::Backward {
            directions.push((to, from));
        }
        let direction = |(from, to): (&Reading<'_>, &Reading<'_>)| Checked {
            from: from.name().to_owned(),
            to: to.name().to_owned(),
            findings: check(from, to),
        };
        let checked: Vec<_> = directions.into_iter().map(direction).collect();
        context.print(|out, styles| match self.format {
            Format::Text => report::text(&checked, out, styles),
            Format::Json => print_json(out, &report::Report::new(&checked)),
        })?;
        let verdict = Verdict::of(checked.iter().flat_map(|checked| &checked.findings));
        Ok(Exit::of(verdict != Verdict::Loads))
    }
}

fn load(paths: &[PathBuf]) -> Result<Side, Failure> {
    Side::load(paths).map_err(|(name, failure)| Failure::file(&name, String::from(failure)))
}
