//! What QEMU and the model of its loader say of changed streams, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;
use vmsd_schema::compat::Verdict as Said;

use super::tree_json::SCHEMA_VERSION;
use super::Styles;
use crate::conform::mutations::{Find, Kind, Outcome};
use crate::qemu::Verdict;

/// What the model may say, in the order of the table.
const SAID: [Said; 4] = [Said::Loads, Said::Risk, Said::Unknown, Said::Breaks];

/// A table of both answers, then the finds.
///
/// # Errors
/// Those of the output.
pub fn text(outcome: &Outcome, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles { heading, dim, .. } = styles;
    let Outcome {
        version, machine, ..
    } = outcome;
    writeln!(
        out,
        "{heading}QEMU {version} {machine}{heading:#}  accepts   rejects"
    )?;
    for said in SAID {
        let [accepts, rejects] = [true, false]
            .map(|wanted| outcome.pairs(|answer, accepted| answer == said && accepted == wanted));
        writeln!(out, "  vmsd: {:8} {accepts:>10}{rejects:>10}", said.name())?;
    }
    for (target, (all, rejected)) in &outcome.targets {
        writeln!(
            out,
            "{dim}  {target:12} {all:>6} changes, {rejected} rejected{dim:#}"
        )?;
    }
    for find in &outcome.finds {
        self::find(find, out, styles)?;
    }
    let (listed, rejects) = (outcome.listed(), outcome.rejects());
    writeln!(out, "{listed} of {rejects} rejects are of listed classes")
}

fn find(find: &Find, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles {
        bad, note, name, ..
    } = styles;
    let colour = if matches!(find.kind, Kind::Listed(_)) {
        note
    } else {
        bad
    };
    let (case, kind) = (&find.case, find.kind.name());
    writeln!(
        out,
        "{colour}{kind}{colour:#} ×{}  {name}#{}{name:#} {}",
        find.like, case.number, case.change
    )?;
    writeln!(out, "    QEMU: {}", words(&case.verdict))?;
    let opinion = &case.opinion;
    match opinion.rule.as_str() {
        "" => writeln!(out, "    vmsd: {}", opinion.verdict),
        rule => writeln!(
            out,
            "    vmsd: {} by {rule} in {}",
            opinion.verdict, opinion.place
        ),
    }
}

fn words(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Accept => "accepts",
        Verdict::Hang => "neither accepts nor rejects",
        Verdict::Reject(words) | Verdict::Crash(words) => words,
    }
}

/// The JSON shape, see docs/json.md.
#[derive(Debug, Serialize)]
pub struct Report<'o> {
    schema_version: u32,
    qemu: &'o str,
    machine: &'o str,
    counts: Vec<Count>,
    rejects: usize,
    listed: usize,
    finds: Vec<JsonFind<'o>>,
}

#[derive(Debug, Serialize)]
struct Count {
    vmsd: &'static str,
    accepted: bool,
    count: usize,
}

#[derive(Debug, Serialize)]
struct JsonFind<'o> {
    kind: &'static str,
    count: usize,
    number: u64,
    offset: u64,
    change: &'o str,
    qemu: &'o str,
    vmsd: &'static str,
    rule: &'o str,
    place: &'o str,
    bytes: usize,
}

impl<'o> Report<'o> {
    /// Everything that came of it.
    #[must_use]
    pub fn new(outcome: &'o Outcome) -> Self {
        let counts = outcome
            .counts
            .iter()
            .map(|((said, accepted), count)| Count {
                vmsd: said.name(),
                accepted: *accepted,
                count: *count,
            });
        let finds = outcome.finds.iter().map(|find| JsonFind {
            kind: find.kind.name(),
            count: find.like,
            number: find.case.number,
            offset: find.case.change.offset,
            change: &find.case.change.what,
            qemu: words(&find.case.verdict),
            vmsd: find.case.opinion.verdict.name(),
            rule: &find.case.opinion.rule,
            place: &find.case.opinion.place,
            bytes: find.input.len(),
        });
        Self {
            schema_version: SCHEMA_VERSION,
            qemu: &outcome.version,
            machine: &outcome.machine,
            counts: counts.collect(),
            rejects: outcome.rejects(),
            listed: outcome.listed(),
            finds: finds.collect(),
        }
    }
}
