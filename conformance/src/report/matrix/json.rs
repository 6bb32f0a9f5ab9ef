//! The matrix for programs; `docs/json.md` describes the shape.

use std::io::{self, Write};

use serde_json::{json, Value};
use vmsd_schema::compat::Finding;

use super::Subject;

/// The version of the shape.
const SCHEMA_VERSION: u32 = 1;

/// A document of a stated shape.
///
/// # Errors
/// What the writer says.
pub fn json(subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    let cells = subject.cells().map(|(from, to, cell)| {
        json!({
            "from": from,
            "to": to,
            "verdict": cell.verdict.name(),
            "findings": cell.findings.iter().map(finding).collect::<Vec<_>>(),
        })
    });
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "kind": "matrix",
        "machines": subject.matrix.names,
        "holds": subject.holds(),
        "waived": subject.waived,
        "cells": cells.collect::<Vec<_>>(),
        "policy_findings": subject.policy.iter().map(finding).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// A finding as every report of ours has it.
pub(super) fn finding(finding: &Finding) -> Value {
    json!({
        "rule": finding.rule,
        "severity": finding.severity.name(),
        "section": finding.section,
        "path": finding.path,
        "offset": finding.offset,
        "source": finding.source,
        "target": finding.target,
        "message": finding.message,
        "qemu_message": finding.qemu_message,
        "advice": finding.advice,
    })
}
