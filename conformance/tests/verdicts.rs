//! What real QEMUs said to 11,000 loads, against what the model says: no *loads* where one rejected, no *breaks* where one accepted.
//!
//! scripts/verdicts.py asks the binary the same, a process a row. `VERDICTS=FOLDER` judges the `own.json` and `streams/verdicts` of
//! another corpus.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and this one has figures to tell"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use conformance::migration::judge::{check, Judge, Reading};
use conformance::migration::side::Side;
use serde_json::Value;
use vmsd_schema::compat::{by_id, Finding, Verdict};
use vmsd_schema::schema::SchemaSet;

/// What dumps say, by their files.
type Dumps = BTreeMap<PathBuf, Vec<Arc<SchemaSet>>>;

/// A real load.
struct Row {
    source: String,
    target: String,
    accepted: bool,
    message: String,
}

/// What became of the rows of a file.
#[derive(Default)]
struct Tally {
    rows: usize,
    undecided: usize,
    broken: usize,
    named: usize,
    wrong: Vec<String>,
}

fn corpus() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn rows(path: &Path) -> Vec<Row> {
    let rows: Vec<BTreeMap<String, Value>> =
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let row = |row: BTreeMap<String, Value>| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let name = |side: &str| match row.contains_key("machine") {
            true => format!("{}.{}.from-{}", text("machine"), text("set"), text(side)),
            false => format!("{}.{}", text(&format!("{side}_qemu")), text(side)),
        };
        Row {
            source: name("source"),
            target: name("target"),
            accepted: text("verdict") == "accept",
            message: text("message"),
        }
    };
    rows.into_iter().map(row).collect()
}

/// A stream, and the tables of its QEMU if there is a dump.
fn side(streams: &Path, name: &str, dumps: &mut Dumps) -> Option<Side> {
    let stream = streams.join(format!("{name}.qevm.zst"));
    let version = match name.split_once(".from-") {
        Some((_, version)) => version,
        None => name.split_at(name.find('.')? + 2).0,
    };
    let machine = match (name.starts_with("virt"), version) {
        (true, _) => "virt",
        (false, "5.2") => "pc-i440fx-5.2",
        (false, _) => "pc-i440fx-7.2",
    };
    let arch = if machine == "virt" {
        "aarch64"
    } else {
        "x86_64"
    };
    let dump = corpus().join(format!("dumps/{arch}-{version}.{machine}.json.zst"));
    let tables = dumps.entry(dump.clone()).or_insert_with(|| {
        let dump = dump.exists().then(|| Side::load(&[dump]).unwrap());
        dump.map(|dump| dump.sets).unwrap_or_default()
    });
    let mut side = stream.exists().then(|| Side::load(&[stream]).unwrap())?;
    side.sets.clone_from(tables);
    Some(side)
}

/// Whether a finding quotes what QEMU printed; see scripts/verdicts.py.
fn named(message: &str, findings: &[Finding]) -> bool {
    const FRAME: [&str; 3] = [
        "warning:",
        "load of migration failed:",
        "error while loading state",
    ];
    let said: Vec<_> = findings
        .iter()
        .filter_map(|finding| finding.qemu_message.clone())
        .collect();
    let said = said.join(" ").to_lowercase();
    let frame =
        |part: &&str| !part.is_empty() && !FRAME.iter().any(|start| part.starts_with(start));
    let mut parts: Vec<_> = message.split(" ; ").filter(frame).collect();
    if parts.is_empty() {
        parts.push(message);
    }
    let start = |part: &str| part.chars().take(40).collect::<String>().to_lowercase();
    parts.into_iter().any(|part| said.contains(&start(part)))
}

fn judge(rows: &[Row], streams: &Path, judge: &Judge) -> Tally {
    let (mut sides, mut dumps) = (BTreeMap::new(), Dumps::new());
    for name in rows.iter().flat_map(|row| [&row.source, &row.target]) {
        if !sides.contains_key(name) {
            let side = side(streams, name, &mut dumps);
            sides.extend(side.map(|side| (name.clone(), side)));
        }
    }
    let readings: BTreeMap<_, Reading<'_>> = sides
        .iter()
        .map(|(name, side)| (name, judge.read(side)))
        .collect();
    let mut tally = Tally::default();
    for row in rows {
        let (Some(from), Some(to)) = (readings.get(&row.source), readings.get(&row.target)) else {
            continue;
        };
        let findings = check(from, to);
        tally.take(row, &findings);
    }
    tally
}

impl Tally {
    fn take(&mut self, row: &Row, findings: &[Finding]) {
        for finding in findings {
            assert!(by_id(finding.rule).is_some(), "{finding} has no page");
        }
        let verdict = Verdict::of(findings);
        self.rows += 1;
        match (row.accepted, verdict) {
            (true, Verdict::Loads) => {}
            (false, Verdict::Breaks) => {
                self.broken += 1;
                self.named += usize::from(named(&row.message, findings));
                if !named(&row.message, findings) {
                    self.say("another reason", row, findings);
                }
            }
            (_, Verdict::Risk | Verdict::Unknown) => {
                self.undecided += 1;
                self.say("undecided", row, findings);
            }
            _ => {
                let found: Vec<_> = findings.iter().map(ToString::to_string).collect();
                let Row {
                    source,
                    target,
                    message,
                    ..
                } = row;
                self.wrong.push(format!(
                    "{source} into {target}: {verdict}, but QEMU says {message:?}: {found:?}"
                ));
            }
        }
    }

    /// With `--nocapture`.
    fn say(&self, what: &str, row: &Row, findings: &[Finding]) {
        println!(
            "{what}: {} into {}: {}",
            row.source, row.target, row.message
        );
        for finding in findings {
            println!("    {finding}; QEMU: {:?}", finding.qemu_message);
        }
    }

    /// The limits, as shares of all rows.
    fn hold(&self, at_least: usize, undecided: f64) {
        let share = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
        println!(
            "{} rows, {} undecided, message right in {} of {}, wrong: {}",
            self.rows,
            self.undecided,
            self.named,
            self.broken,
            self.wrong.len()
        );
        assert!(self.wrong.is_empty(), "{}", self.wrong.join("\n"));
        assert!(self.rows >= at_least, "{} rows", self.rows);
        assert!(
            share(self.undecided, self.rows) <= undecided,
            "{} undecided",
            self.undecided
        );
        assert!(
            share(self.named, self.broken) >= 0.95 || self.broken == 0,
            "message right in {} of {}",
            self.named,
            self.broken
        );
    }
}

#[test]
fn the_same_machine_in_four_versions() {
    let rows = rows(&corpus().join("verdicts/matrix.json"));
    let streams = corpus().join("streams/matrix");
    judge(&rows, &streams, &Judge::with_mirrors()).hold(150, 0.03);
    judge(&rows, &streams, &Judge::default()).hold(150, 0.10);
}

#[test]
fn thirteen_configurations() {
    let rows = rows(&corpus().join("verdicts/variants.json"));
    let streams = corpus().join("streams/variants");
    judge(&rows, &streams, &Judge::with_mirrors()).hold(169, 0.03);
    judge(&rows, &streams, &Judge::default()).hold(169, 0.10);
}

#[test]
fn configurations_of_our_own() {
    let folder = std::env::var_os("VERDICTS").map_or_else(corpus, PathBuf::from);
    let rows = rows(&folder.join("verdicts/own.json"));
    let streams = folder.join("streams/verdicts");
    judge(&rows, &streams, &Judge::with_mirrors()).hold(10_900, 0.03);
    judge(&rows, &streams, &Judge::default()).hold(10_900, 0.10);
}
