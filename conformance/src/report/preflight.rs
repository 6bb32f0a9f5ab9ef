//! `vmsd preflight` for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::check::{self, Checked};
use super::tree_json::SCHEMA_VERSION;
use super::Styles;
use crate::migration::preflight::{plain, Agreement, Way};
use crate::qemu::Verdict;

/// Writes each way: what the check says, what QEMU says, and whether they agree.
///
/// # Errors
/// Those of the output.
pub fn text(ways: &[Way], out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    for (number, way) in ways.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        check::text(&[checked(way)], out, styles)?;
        let (Some(live), Some(agreement)) = (&way.live, way.agreement()) else {
            continue;
        };
        let colour = match agreement {
            Agreement::Same => styles.good,
            Agreement::Open | Agreement::OtherReason => styles.note,
            Agreement::Differs => styles.bad,
        };
        writeln!(
            out,
            "\nQEMU {}: {colour}{}{colour:#}",
            outcome(live),
            agreement.name()
        )?;
        for line in words(live) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}

fn checked(way: &Way) -> Checked {
    Checked {
        from: way.from.clone(),
        to: way.to.clone(),
        findings: way.findings.clone(),
    }
}

fn outcome(live: &Verdict) -> &'static str {
    match live {
        Verdict::Accept => "loads it",
        Verdict::Reject(_) => "refuses it",
        Verdict::Crash(_) => "crashes",
        Verdict::Hang => "does not end",
    }
}

fn words(live: &Verdict) -> Vec<&str> {
    match live {
        Verdict::Accept | Verdict::Hang => Vec::new(),
        Verdict::Reject(words) | Verdict::Crash(words) => plain(words),
    }
}

/// The report for programs, see docs/json.md.
#[derive(Serialize)]
pub struct Report<'a> {
    schema_version: u32,
    ways: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    from: &'a str,
    to: &'a str,
    verdict: &'static str,
    findings: Vec<check::Entry<'a>>,
    live: Option<Live<'a>>,
}

#[derive(Serialize)]
struct Live<'a> {
    verdict: &'static str,
    messages: Vec<&'a str>,
    agreement: Option<&'static str>,
}

impl<'a> Report<'a> {
    /// Of several ways; `checked` are the same, as a check sees them.
    #[must_use]
    pub fn new(ways: &'a [Way], checked: &'a [Checked]) -> Self {
        let entries = ways.iter().zip(checked).map(|(way, checked)| Entry {
            from: &way.from,
            to: &way.to,
            verdict: way.predicted().name(),
            findings: checked
                .findings
                .iter()
                .map(|finding| check::Entry::new(checked, finding))
                .collect(),
            live: way.live.as_ref().map(|live| Live {
                verdict: match live {
                    Verdict::Accept => "accept",
                    Verdict::Reject(_) => "reject",
                    Verdict::Crash(_) => "crash",
                    Verdict::Hang => "hang",
                },
                messages: words(live),
                agreement: way.agreement().map(Agreement::name),
            }),
        });
        Self {
            schema_version: SCHEMA_VERSION,
            ways: entries.collect(),
        }
    }
}

/// The ways, as a check sees them.
#[must_use]
pub fn checks(ways: &[Way]) -> Vec<Checked> {
    ways.iter().map(checked).collect()
}
