//! Near-valid streams of a stopped machine, judged by a real QEMU and by the model of its loader.
//!
//! In goes a machine, which saves itself and says what it knows (`-dump-vmstate`); one thing of its stream is changed, many
//! times; each copy is loaded by a QEMU of its own and walked by [`vmsd_schema::accept::check`]. Out comes where the two disagree, made
//! small. A QEMU that ends by a signal is a find of its own.

pub mod known;
mod minimise;
mod model;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::Mutex;
use std::{fs, io, thread};

use vmsd_schema::arbitrary::{entropy, Change, Mutator, Unstructured};
use vmsd_schema::compat::Verdict as Said;

use crate::qemu::{self, QemuError, Verdict};
use model::{Model, Sources};

pub use model::Opinion;

/// Bytes that choose a change.
const ENTROPY: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many changed copies.
    pub count: u64,
    /// What the changes follow from.
    pub seed: u64,
    /// How many QEMUs run at once.
    pub jobs: usize,
}

/// One copy and what became of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number: the seed plus this gives the same copy.
    pub number: u64,
    /// What was changed.
    pub change: Change,
    /// What the model says.
    pub opinion: Opinion,
    /// What QEMU did.
    pub verdict: Verdict,
}

/// A case that is to be looked at.
#[derive(Clone, Debug)]
pub struct Find {
    /// The case.
    pub case: Case,
    /// Why.
    pub kind: Kind,
    /// An input that shows it, as small as it was made.
    pub input: Vec<u8>,
    /// How many cases of the run look like this one.
    pub like: usize,
}

/// Why a case is a find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// QEMU was ended by a signal.
    Crash,
    /// QEMU neither accepted nor rejected it, and was ended by us.
    Hang,
    /// The model crashed.
    Panic,
    /// The model says `breaks`, and QEMU accepts.
    Breaks,
    /// The model says `loads`, and QEMU rejects.
    Loads,
    /// As before, for a reason that is listed: a check that only the device's own code can make.
    Listed(&'static str),
}

/// What came of a run.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// QEMU's version.
    pub version: String,
    /// The machine type.
    pub machine: String,
    /// How many copies the model and QEMU gave each pair of answers.
    pub counts: BTreeMap<(Said, bool), usize>,
    /// By kind of change: how many, and how many of them QEMU rejected.
    pub targets: BTreeMap<&'static str, (usize, usize)>,
    /// What is to be looked at.
    pub finds: Vec<Find>,
}

impl Outcome {
    /// Copies that QEMU rejected.
    #[must_use]
    pub fn rejects(&self) -> usize {
        self.pairs(|_, accepted| !accepted)
    }

    /// Copies of which the model gave this answer and QEMU that one.
    #[must_use]
    pub fn pairs(&self, wanted: impl Fn(Said, bool) -> bool) -> usize {
        let pairs = self.counts.iter();
        let fitting = pairs.filter(|((said, accepted), _)| wanted(*said, *accepted));
        fitting.map(|(_, count)| count).sum()
    }

    /// Cases of listed classes, all together.
    #[must_use]
    pub fn listed(&self) -> usize {
        let listed = |find: &&Find| matches!(find.kind, Kind::Listed(_));
        self.finds.iter().filter(listed).map(|find| find.like).sum()
    }

    /// Whether nothing is to be mended: no crash, no disagreement that is not listed, and few that are.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let open = |find: &Find| !matches!(find.kind, Kind::Listed(_));
        !self.finds.iter().any(open) && self.listed() * 20 <= self.rejects()
    }
}

/// Lets `machine` save, changes the stream, and lets QEMU and the model judge each copy; `each` sees every case as it comes.
///
/// # Errors
/// If QEMU does not run, or its stream is not read to its end.
pub fn run(
    machine: &qemu::Machine,
    plan: Plan,
    each: &(dyn Fn(u64) + Sync),
) -> Result<Outcome, QemuError> {
    let version = machine.version()?;
    let sources = Sources {
        stream: machine.save()?,
        dump: machine.dump().ok(),
        version: version.clone(),
    };
    let model = Model::new(&sources)?;
    let mutator = Mutator::new(&sources.stream, model.registry());
    let judge = Judge {
        machine,
        model: &model,
        mutator: &mutator,
        seed: plan.seed,
    };
    let cases = judge.all(plan, each)?;
    let mut outcome = Outcome {
        version,
        machine: model.machine_type(),
        ..Outcome::default()
    };
    let mut finds: BTreeMap<String, Find> = BTreeMap::new();
    for case in cases {
        outcome.count(&case);
        let Some(kind) = kind(&case) else { continue };
        let key = format!("{kind:?} {}", likeness(&case));
        match finds.get_mut(&key) {
            Some(find) => find.like += 1,
            None => {
                let input = judge.smallest(&case, kind);
                finds.insert(
                    key,
                    Find {
                        case,
                        kind,
                        input,
                        like: 1,
                    },
                );
            }
        }
    }
    outcome.finds = finds.into_values().collect();
    outcome
        .finds
        .sort_by_key(|find| (find.kind, find.case.number));
    Ok(outcome)
}

impl Outcome {
    fn count(&mut self, case: &Case) {
        let accepted = case.verdict == Verdict::Accept;
        *self
            .counts
            .entry((case.opinion.verdict, accepted))
            .or_default() += 1;
        let (all, rejected) = self.targets.entry(case.change.target.name()).or_default();
        *all += 1;
        *rejected += usize::from(!accepted);
    }
}

/// Writes the input of every find that is not of a listed class into `folder`, and a line for each into `finds.txt`.
///
/// # Errors
/// What the system says of the folder.
pub fn keep(outcome: &Outcome, folder: &Path) -> io::Result<()> {
    let open = |find: &&Find| !matches!(find.kind, Kind::Listed(_));
    let finds: Vec<&Find> = outcome.finds.iter().filter(open).collect();
    if finds.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    let mut list = String::new();
    for find in finds {
        let (kind, machine) = (find.kind.name(), &outcome.machine);
        let name = format!(
            "{kind}-{machine}-{}-{}.qevm",
            outcome.version, find.case.number
        );
        fs::write(folder.join(&name), &find.input)?;
        list.push_str(&format!("{name}: {}\n", find.case.change));
    }
    fs::write(folder.join("finds.txt"), list)
}

impl Kind {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Crash => "crash",
            Self::Hang => "hang",
            Self::Panic => "panic",
            Self::Breaks => "breaks-accepted",
            Self::Loads => "loads-rejected",
            Self::Listed(class) => class,
        }
    }
}

/// What both judges work with.
struct Judge<'a> {
    machine: &'a qemu::Machine,
    model: &'a Model<'a>,
    mutator: &'a Mutator<'a>,
    seed: u64,
}

impl Judge<'_> {
    /// All cases, by their number.
    fn all(&self, plan: Plan, each: &(dyn Fn(u64) + Sync)) -> Result<Vec<Case>, QemuError> {
        let next = AtomicU64::new(0);
        let done: Mutex<Result<Vec<Case>, QemuError>> = Mutex::new(Ok(Vec::new()));
        let work = || loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let failed = done.lock().map_or(true, |done| done.is_err());
            if number >= plan.count || failed {
                return;
            }
            let case = self.case(number);
            if let Ok(mut done) = done.lock() {
                match (&mut *done, case) {
                    (Ok(cases), Ok(case)) => cases.extend(case),
                    (done, Err(error)) => *done = Err(error),
                    (Err(_), Ok(_)) => {}
                }
            }
            each(number);
        };
        thread::scope(|scope| {
            for _ in 0..plan.jobs.max(1) {
                scope.spawn(work);
            }
        });
        let cases = done.into_inner().unwrap_or_else(|_| Ok(Vec::new()));
        cases.map(|mut cases| {
            cases.sort_by_key(|case| case.number);
            cases
        })
    }

    fn changed(&self, number: u64) -> Option<(Vec<u8>, Change)> {
        let random = entropy(self.seed.wrapping_add(number), ENTROPY);
        self.mutator.change(&mut Unstructured::new(&random))
    }

    fn case(&self, number: u64) -> Result<Option<Case>, QemuError> {
        let Some((bytes, change)) = self.changed(number) else {
            return Ok(None);
        };
        let verdict = self.machine.load(&bytes)?;
        Ok(Some(Case {
            number,
            change,
            opinion: self.model.opinion(&bytes),
            verdict,
        }))
    }

    /// The smallest input that is the same find.
    fn smallest(&self, case: &Case, wanted: Kind) -> Vec<u8> {
        let Some((bytes, change)) = self.changed(case.number) else {
            return Vec::new();
        };
        minimise::smallest(self.mutator, &bytes, &change, |bytes| {
            let Ok(verdict) = self.machine.load(bytes) else {
                return false;
            };
            let case = Case {
                opinion: self.model.opinion(bytes),
                verdict,
                ..case.clone()
            };
            kind(&case) == Some(wanted)
        })
    }
}

/// Whether the judges disagree.
fn kind(case: &Case) -> Option<Kind> {
    match (&case.verdict, case.opinion.verdict) {
        (Verdict::Crash(_), _) => Some(Kind::Crash),
        (Verdict::Hang, _) => Some(Kind::Hang),
        _ if case.opinion.panicked => Some(Kind::Panic),
        (Verdict::Accept, Said::Breaks) => Some(Kind::Breaks),
        (Verdict::Reject(words), Said::Loads) => Some(match known::class(words) {
            Some(class) => Kind::Listed(class.id),
            None => Kind::Loads,
        }),
        _ => None,
    }
}

/// What cases have in common that are the same find: QEMU's words and the model's without their numbers.
fn likeness(case: &Case) -> String {
    let words = match &case.verdict {
        Verdict::Accept | Verdict::Hang => "",
        Verdict::Reject(words) | Verdict::Crash(words) => words,
    };
    let digits = |c: char| c.is_ascii_hexdigit() && !c.is_ascii_lowercase() || c.is_ascii_digit();
    let plain: String = words.chars().filter(|c| !digits(*c)).collect();
    format!(
        "{} {} {plain}",
        case.change.target.name(),
        case.opinion.rule
    )
}
