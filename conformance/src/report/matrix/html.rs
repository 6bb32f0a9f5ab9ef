//! The matrix as one page that needs nothing else: a heat map whose cells show their findings.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{json, Value};

use super::{json::finding, Subject};

const PAGE: &str = include_str!("page.html");
const MARK: &str = "/*DATA*/null";

/// The page. Findings that many cells share stand in it once.
///
/// # Errors
/// What the writer says.
pub fn html(subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    let mut findings: Vec<Value> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut cells = Vec::new();
    for cell in &subject.matrix.cells {
        let numbers = cell.findings.iter().map(|one| {
            let value = finding(one);
            *known.entry(value.to_string()).or_insert_with(|| {
                findings.push(value);
                findings.len() - 1
            })
        });
        let numbers: Vec<_> = numbers.collect();
        cells.push(json!([cell.from, cell.to, cell.verdict.name(), numbers]));
    }
    let data = json!({
        "machines": subject.matrix.names,
        "cells": cells,
        "findings": findings,
        "policy": subject.policy.iter().map(finding).collect::<Vec<_>>(),
        "waived": subject.waived,
        "holds": subject.holds(),
    });
    // `</script>` inside a text would end the page's own.
    let data = data.to_string().replace('<', "\\u003c");
    let (head, tail) = PAGE.split_once(MARK).unwrap_or((PAGE, ""));
    write!(out, "{head}{data}{tail}")
}
