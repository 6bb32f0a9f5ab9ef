//! `vmsd matrix`: every machine into every other.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use conformance::migration::judge::{check, Judge};
use conformance::migration::policy::{Date, Policy};
use conformance::migration::side::{self, Side};
use conformance::report::matrix::{self as report, Subject};
use vmsd_schema::compat::{Matrix, Mode, Verdict};
use vmsd_schema::schema::Dialect;

use crate::common::{Context, Exit, Failure};

/// Check every source against every other: which migrations load, and what stands between the rest.
///
/// Sources stand from the oldest to the newest. What is compared is the wire, not names; between two streams it is the
/// bytes of the one that is loaded, as `vmsd check` does it.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  vmsd matrix qemu-7.2.json qemu-10.0.json qemu-11.1.json --mode backward\n",
    "  vmsd matrix now.json --baseline schemas/ --policy vmsd.toml --format sarif > vmsd.sarif\n",
    "  vmsd matrix *.json --format html > matrix.html\n",
    "\nExit status: 0 the policy holds; 1 it is broken; 2 a source cannot be used."
))]
pub(crate) struct Args {
    /// Streams, -dump-vmstate files, schema files; plain or compressed by gzip or zstd.
    #[arg(value_name = "SOURCE", required_unless_present = "builtin")]
    sources: Vec<PathBuf>,
    /// A folder of schemas of released versions, sorted by name. Only migrations between them and the sources count.
    #[arg(long, value_name = "FOLDER")]
    baseline: Option<PathBuf>,
    /// The built-in mirrors as well, as each of the four families of QEMU versions has them.
    #[arg(long)]
    builtin: bool,
    /// Do not let the built-in mirrors help to judge what a source leaves open.
    #[arg(long)]
    no_builtin: bool,
    /// Which migrations must work.
    #[arg(long, value_enum, default_value_t = Direction::Full)]
    mode: Direction,
    /// Levels of rules, and waivers: a TOML file.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// From which verdict on a migration is not as it must be.
    #[arg(long, value_enum, default_value_t = FailOn::Breaks, value_name = "VERDICT")]
    fail_on: FailOn,
    /// Show notes as well.
    #[arg(long)]
    notes: bool,
    /// How to report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Direction {
    /// Newer ones load what older ones saved.
    Backward,
    /// Older ones load what newer ones saved.
    Forward,
    /// Both.
    Full,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Certain breaks only.
    Breaks,
    /// Also what depends on the guest.
    Risk,
    /// Also what the sources do not tell.
    Unknown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table for people, and the findings.
    Text,
    /// For programs; see docs/json.md.
    Json,
    /// For a page.
    Markdown,
    /// One page with a heat map.
    Html,
    /// For a CI that counts tests.
    Junit,
    /// SARIF 2.1.0, for tools that keep findings.
    Sarif,
    /// Annotations of GitHub's runner.
    Github,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let policy = self
            .policy
            .as_deref()
            .map(policy)
            .transpose()?
            .unwrap_or_default();
        let released = self
            .baseline
            .as_deref()
            .map(folder)
            .transpose()?
            .unwrap_or_default();
        let files: Vec<_> = released.iter().chain(&self.sources).cloned().collect();
        let mut sides = Vec::new();
        for outcome in side::load_all(&files) {
            sides.push(outcome.map_err(|(name, why)| Failure::file(&name, String::from(why)))?);
        }
        if self.builtin {
            sides.extend(Dialect::ALL.map(Side::builtin));
        }
        let judge = match self.no_builtin {
            false => Judge::with_mirrors(),
            true => Judge::default(),
        };
        let readings = judge.read_all(&sides);
        for reading in &readings {
            for warning in reading.warnings() {
                context.say(&format!("warning: {}: {warning}", reading.name()));
            }
        }
        let (mode, released) = (Mode::from(self.mode), released.len());
        let across = |from: usize, to: usize| released == 0 || (from < released) != (to < released);
        let names = sides.iter().map(|side| side.name.clone()).collect();
        let mut matrix = Matrix::by(names, |from, to| {
            let asked = mode.asks(from, to) && across(from, to);
            Some(check(
                readings.get(from).filter(|_| asked)?,
                readings.get(to)?,
            ))
        });
        let mut applied = policy.on(Date::today());
        for cell in &mut matrix.cells {
            let name = |index: usize| matrix.names.get(index).map_or("", String::as_str);
            applied.apply(name(cell.from), name(cell.to), &mut cell.findings);
            cell.verdict = Verdict::of(&cell.findings);
        }
        let subject = Subject {
            policy: applied.findings(),
            waived: applied.waived,
            fails: self.fail_on.into(),
            matrix,
        };
        self.print(&subject, context)?;
        Ok(Exit::of(!subject.holds()))
    }

    fn print(&self, subject: &Subject, context: &mut Context) -> Result<(), Failure> {
        context.print(|out, styles| match self.format {
            Format::Text => report::text(subject, self.notes, out, styles),
            Format::Json => report::json(subject, out),
            Format::Markdown => report::markdown(subject, out),
            Format::Html => report::html(subject, out),
            Format::Junit => report::junit(subject, out),
            Format::Sarif => report::sarif(subject, out),
            Format::Github => report::github(subject, out),
        })
    }
}

fn policy(path: &Path) -> Result<Policy, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| Failure::io(&name, &error))?;
    Policy::parse(&text).map_err(|sentence| Failure::file(&name, sentence))
}

/// The schema files of a folder, by name.
fn folder(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failure = |error: std::io::Error| Failure::io(&path.display().to_string(), &error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failure)? {
        let file = entry.map_err(failure)?.path();
        let name = file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if [".json", ".json.zst", ".json.gz"]
            .iter()
            .any(|end| name.ends_with(end))
        {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::file(
            &path.display().to_string(),
            "there is no schema in this folder",
        ));
    }
    Ok(files)
}

impl From<Direction> for Mode {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Backward => Self::Backward,
            Direction::Forward => Self::Forward,
            Direction::Full => Self::Full,
        }
    }
}

impl From<FailOn> for Verdict {
    fn from(from: FailOn) -> Self {
        match from {
            FailOn::Breaks => Self::Breaks,
            FailOn::Risk => Self::Risk,
            FailOn::Unknown => Self::Unknown,
        }
    }
}
