//! The matrix as SARIF 2.1.0, for tools that keep findings over time.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};

use serde_json::{json, Value};
use vmsd_schema::compat::{rules, Finding, Rule, Severity};

use super::{place, Subject};

/// One run: every rule with its page, every finding with its migration.
///
/// # Errors
/// What the writer says.
pub fn sarif(subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    let cells = subject.cells().flat_map(|(from, to, cell)| {
        cell.findings
            .iter()
            .map(move |finding| result(from, to, finding))
    });
    let policy = subject
        .policy
        .iter()
        .map(|finding| result("policy", "policy", finding));
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "vmsd",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://www.qemu.org/docs/master/devel/migration/",
                "rules": rules().map(rule).collect::<Vec<_>>(),
            }},
            "results": cells.chain(policy).collect::<Vec<_>>(),
            "columnKind": "unicodeCodePoints",
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary() },
        "help": { "text": rule.text.trim(), "markdown": rule.text.trim() },
        "properties": { "format": rule.section },
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(from: &str, to: &str, finding: &Finding) -> Value {
    let mut hasher = DefaultHasher::new();
    (finding.rule, from, to, place(finding)).hash(&mut hasher);
    let mut result = json!({
        "ruleId": finding.rule,
        "level": level(finding.severity),
        "message": { "text": format!("{from} to {to}, {}: {}", place(finding), finding.message) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": uri(from) } },
            "logicalLocations": [{ "fullyQualifiedName": place(finding), "kind": "member" }],
        }],
        "partialFingerprints": { "migration/v1": format!("{:016x}", hasher.finish()) },
        "properties": {
            "from": from,
            "to": to,
            "source": finding.source,
            "target": finding.target,
            "advice": finding.advice,
            "qemu_message": finding.qemu_message,
        },
    });
    let index = rules().position(|rule| rule.id == finding.rule);
    if let (Some(index), Some(object)) = (index, result.as_object_mut()) {
        object.insert("ruleIndex".to_owned(), json!(index));
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "none",
        Severity::Unknown => "note",
        Severity::Risk => "warning",
        Severity::Break => "error",
    }
}

/// A path as a relative reference: what is not plain is escaped.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
