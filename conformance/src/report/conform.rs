//! The conformance report: devices by QEMU version, then the findings.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as JUnit, TestCase, TestCaseStatus, TestSuite};
use serde_json::json;

use super::Styles;
use crate::conform::{Check, Finding, Report, Skip};

/// The version of the JSON shape, see docs/json.md.
const SCHEMA_VERSION: u32 = 1;

/// A table for people.
///
/// # Errors
/// What the writer says.
pub fn text(report: &Report, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles {
        heading,
        name,
        good,
        bad,
        dim,
        ..
    } = styles;
    let versions = report.versions();
    let width = report
        .rows()
        .map(|row| row.device.len())
        .max()
        .unwrap_or(0)
        .max("device".len());
    write!(out, "{heading}{:width$}{heading:#}", "device")?;
    for version in &versions {
        write!(out, "  {heading}{version:>8}{heading:#}")?;
    }
    writeln!(out)?;
    for row in report.rows() {
        write!(out, "{name}{:width$}{name:#}", row.device)?;
        for cell in row.cells {
            match cell {
                Some(cell) if cell.failed == 0 => write!(
                    out,
                    "  {good}{:>8}{good:#}",
                    format!("ok {}", cell.sections)
                )?,
                Some(cell) => write!(
                    out,
                    "  {bad}{:>8}{bad:#}",
                    format!("{} of {}", cell.failed, cell.sections)
                )?,
                None => write!(out, "  {dim}{:>8}{dim:#}", "-")?,
            }
        }
        writeln!(out)?;
    }
    if !report.findings().is_empty() {
        writeln!(out)?;
    }
    for finding in report.findings() {
        writeln!(
            out,
            "{bad}{}{bad:#} {name}{}{name:#} {}: {}",
            id(finding),
            finding.section,
            finding.stream,
            finding.message
        )?;
    }
    for (skip, devices) in report.skipped() {
        writeln!(out, "\n{}", skipped(*skip, devices))?;
    }
    writeln!(out, "\n{}", summary(report))
}

/// A document of a stated shape.
///
/// # Errors
/// What the writer says.
pub fn json(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let versions = report.versions();
    let devices = report.rows().map(|row| {
        let cells = versions.iter().zip(row.cells).filter_map(|(version, cell)| {
            cell.map(|cell| json!({ "qemu": version, "sections": cell.sections, "failed": cell.failed }))
        });
        json!({ "device": row.device, "cells": cells.collect::<Vec<_>>() })
    });
    let findings = report.findings().iter().map(|finding| {
        json!({ "stream": finding.stream, "section": finding.section, "check": id(finding), "message": finding.message })
    });
    let skipped = report
        .skipped()
        .iter()
        .map(|(skip, devices)| json!({ "reason": skip.reason(), "devices": devices }));
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "kind": "conform",
        "streams": report.streams(),
        "sections": report.sections(),
        "checks": report.checks(),
        "devices": devices.collect::<Vec<_>>(),
        "findings": findings.collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// For a CI that counts tests: a suite for each QEMU version, a case for each device.
///
/// # Errors
/// What the writer says.
pub fn junit(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut document = JUnit::new("vmsd conform");
    for (column, version) in report.versions().into_iter().enumerate() {
        let mut suite = TestSuite::new(format!("QEMU {version}"));
        for row in report.rows() {
            let Some(cell) = row.cells.get(column).copied().flatten() else {
                continue;
            };
            let status = if cell.failed == 0 {
                TestCaseStatus::success()
            } else {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(format!("{} of {} sections", cell.failed, cell.sections));
                status
            };
            suite.add_test_case(TestCase::new(row.device, status));
        }
        document.add_test_suite(suite);
    }
    let mut findings = TestSuite::new("findings");
    for finding in report.findings() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(finding.message.clone());
        findings.add_test_case(TestCase::new(
            format!("{} {} {}", finding.stream, finding.section, id(finding)),
            status,
        ));
    }
    if !report.findings().is_empty() {
        document.add_test_suite(findings);
    }
    document.serialize(out).map_err(io::Error::other)
}

/// A table for a page or a pull request.
///
/// # Errors
/// What the writer says.
pub fn markdown(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let versions = report.versions();
    writeln!(
        out,
        "| device |{}",
        versions
            .iter()
            .map(|version| format!(" {version} |"))
            .collect::<String>()
    )?;
    writeln!(out, "|---|{}", "---:|".repeat(versions.len()))?;
    for row in report.rows() {
        write!(out, "| `{}` |", row.device)?;
        for cell in row.cells {
            match cell {
                Some(cell) if cell.failed == 0 => write!(out, " ok {} |", cell.sections)?,
                Some(cell) => write!(out, " **{} of {} fail** |", cell.failed, cell.sections)?,
                None => write!(out, " – |")?,
            }
        }
        writeln!(out)?;
    }
    writeln!(out)?;
    for finding in report.findings() {
        writeln!(
            out,
            "- `{}` **{}** {}: {}",
            finding.section,
            id(finding),
            finding.stream,
            finding.message
        )?;
    }
    for (skip, devices) in report.skipped() {
        writeln!(out, "{}\n", skipped(*skip, devices))?;
    }
    writeln!(out, "{}", summary(report))
}

/// `3 sections skipped, no mirror: led 2, m25p80 1`, the most frequent first.
fn skipped(skip: Skip, devices: &BTreeMap<String, usize>) -> String {
    let mut sorted: Vec<_> = devices.iter().collect();
    sorted.sort_by_key(|(_, count)| Reverse(**count));
    let list: Vec<_> = sorted
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let sections: usize = devices.values().sum();
    format!("{sections} skipped, {}: {}", skip.reason(), list.join(", "))
}

fn id(finding: &Finding) -> &'static str {
    finding.check.map_or("read", Check::id)
}

fn summary(report: &Report) -> String {
    let count =
        |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let (sections, failed) = (report.sections(), report.failed());
    format!(
        "{}, {}: {} exact, {failed} not exact; {}: {}",
        count(report.streams(), "stream"),
        count(sections, "section"),
        sections - failed,
        count(report.checks(), "check"),
        count(report.findings().len(), "finding"),
    )
}
