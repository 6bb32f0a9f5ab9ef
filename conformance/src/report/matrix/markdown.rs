//! The matrix as a table for a page or a pull request.

use std::io::{self, Write};

use vmsd_schema::compat::{Severity, Verdict};

use super::{place, Subject};

/// A table, then the findings of each cell, folded.
///
/// # Errors
/// What the writer says.
pub fn markdown(subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "| from \\\\ to |")?;
    for name in &subject.matrix.names {
        write!(out, " {} |", escaped(name))?;
    }
    writeln!(out, "\n|---|{}", ":-:|".repeat(subject.matrix.names.len()))?;
    for (name, cells) in subject.rows() {
        write!(out, "| **{}** |", escaped(name))?;
        for cell in cells {
            write!(
                out,
                " {} |",
                cell.map_or("–".to_owned(), |cell| badge(cell.verdict))
            )?;
        }
        writeln!(out)?;
    }
    for (from, to, cell) in subject.cells() {
        let shown: Vec<_> = cell
            .findings
            .iter()
            .filter(|finding| finding.severity > Severity::Note)
            .collect();
        if shown.is_empty() {
            continue;
        }
        writeln!(
            out,
            "\n<details><summary>{} to {}: {}</summary>\n",
            escaped(from),
            escaped(to),
            cell.verdict
        )?;
        writeln!(out, "| | where | rule | what |\n|---|---|---|---|")?;
        for finding in shown {
            let (where_, message) = (escaped(&place(finding)), escaped(&finding.message));
            writeln!(
                out,
                "| {} | {where_} | {} | {message} |",
                finding.severity, finding.rule
            )?;
        }
        writeln!(out, "\n</details>")?;
    }
    for finding in &subject.policy {
        writeln!(
            out,
            "\n**{}** {}: {}",
            finding.rule,
            escaped(&place(finding)),
            escaped(&finding.message)
        )?;
    }
    Ok(())
}

fn badge(verdict: Verdict) -> String {
    let mark = match verdict {
        Verdict::Loads => "✅",
        Verdict::Unknown => "❔",
        Verdict::Risk => "⚠️",
        Verdict::Breaks => "❌",
    };
    format!("{mark} {verdict}")
}

/// Text that Markdown takes as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
