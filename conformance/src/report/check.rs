//! `vmsd check` for people and for programs.

use std::io::{self, Write};

use serde::Serialize;
use vmsd_schema::compat::{section_of, Finding, Severity, Verdict};

use super::tree_json::SCHEMA_VERSION;
use super::Styles;

/// One direction that was checked.
#[derive(Debug)]
pub struct Checked {
    /// What sends.
    pub from: String,
    /// What loads.
    pub to: String,
    /// What stands between them.
    pub findings: Vec<Finding>,
}

/// Writes the verdict of each direction and what it comes from.
///
/// # Errors
/// Those of the output.
pub fn text(checked: &[Checked], out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    for Checked { from, to, findings } in checked {
        let verdict = Verdict::of(findings);
        let colour = match verdict {
            Verdict::Loads => styles.good,
            Verdict::Unknown | Verdict::Risk => styles.note,
            Verdict::Breaks => styles.bad,
        };
        writeln!(out, "{colour}{verdict}{colour:#}  {from} → {to}")?;
        for finding in findings {
            one(finding, out, styles)?;
        }
    }
    Ok(())
}

fn one(finding: &Finding, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles {
        heading,
        bad,
        note,
        name,
        ..
    } = styles;
    let colour = if finding.severity == Severity::Break {
        bad
    } else {
        note
    };
    let Finding {
        severity,
        rule,
        section,
        path,
        message,
        source,
        target,
        advice,
        ..
    } = finding;
    write!(out, "\n{colour}{severity}{colour:#} {rule}")?;
    if !section.is_empty() {
        write!(out, "  {heading}{section}{heading:#}")?;
    }
    if !path.is_empty() {
        write!(out, " > {name}{path}{name:#}")?;
    }
    match finding.offset {
        Some(offset) => writeln!(out, "  at {offset:#x}")?,
        None => writeln!(out)?,
    }
    writeln!(out, "  {message}")?;
    if !source.is_empty() || !target.is_empty() {
        writeln!(out, "  source: {source}\n  target: {target}")?;
    }
    if let Some(said) = &finding.qemu_message {
        writeln!(out, "  QEMU:   {}", said.replace(" ; ", "\n          "))?;
    }
    if !advice.is_empty() {
        writeln!(out, "  advice: {advice}")?;
    }
    if let Some(section) = section_of(rule) {
        writeln!(out, "  format: {section}")?;
    }
    Ok(())
}

/// The report for programs, see docs/json.md.
#[derive(Serialize)]
pub struct Report<'a> {
    schema_version: u32,
    verdict: &'static str,
    findings: Vec<Entry<'a>>,
}

/// A finding.
#[derive(Serialize)]
pub(super) struct Entry<'a> {
    from: &'a str,
    to: &'a str,
    rule: &'a str,
    format: Option<&'static str>,
    severity: &'static str,
    section: &'a str,
    path: &'a str,
    offset: Option<u64>,
    source: &'a str,
    target: &'a str,
    message: &'a str,
    qemu_message: Option<&'a str>,
    advice: &'a str,
}

impl<'a> Report<'a> {
    /// Of every direction that was checked.
    #[must_use]
    pub fn new(checked: &'a [Checked]) -> Self {
        let all = checked.iter().flat_map(|checked| &checked.findings);
        let entries = checked.iter().flat_map(|checked| {
            let entry = move |finding| Entry::new(checked, finding);
            checked.findings.iter().map(entry)
        });
        Self {
            schema_version: SCHEMA_VERSION,
            verdict: Verdict::of(all).name(),
            findings: entries.collect(),
        }
    }
}

impl<'a> Entry<'a> {
    pub(super) fn new(checked: &'a Checked, finding: &'a Finding) -> Self {
        Self {
            from: &checked.from,
            to: &checked.to,
            rule: finding.rule,
            format: section_of(finding.rule),
            severity: finding.severity.name(),
            section: &finding.section,
            path: &finding.path,
            offset: finding.offset,
            source: &finding.source,
            target: &finding.target,
            message: &finding.message,
            qemu_message: finding.qemu_message.as_deref(),
            advice: &finding.advice,
        }
    }
}
