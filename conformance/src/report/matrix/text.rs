//! The matrix as a table, and the findings of each cell.

use std::io::{self, Write};

use vmsd_schema::compat::{Finding, Severity, Verdict};

use super::{place, Subject};
use crate::report::Styles;

/// A table, then the findings; notes only where `notes` asks for them.
///
/// # Errors
/// What the writer says.
pub fn text(
    subject: &Subject,
    notes: bool,
    out: &mut dyn Write,
    styles: &Styles,
) -> io::Result<()> {
    let Styles { heading, dim, .. } = styles;
    let width = subject
        .matrix
        .names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        + 4;
    write!(out, "{heading}{:width$}{heading:#}", "from \\ to")?;
    for to in 0..subject.matrix.names.len() {
        write!(out, " {heading}{:>7}{heading:#}", to + 1)?;
    }
    writeln!(out)?;
    for (from, (name, cells)) in subject.rows().enumerate() {
        write!(out, "{:width$}", format!("{:>2}  {name}", from + 1))?;
        for cell in cells {
            match cell {
                Some(cell) => {
                    let style = colour(cell.verdict, styles);
                    write!(out, " {style}{:>7}{style:#}", cell.verdict.name())?;
                }
                None => write!(out, " {dim}{:>7}{dim:#}", "-")?,
            }
        }
        writeln!(out)?;
    }
    for (from, to, cell) in subject.cells() {
        let shown: Vec<_> = cell
            .findings
            .iter()
            .filter(|finding| notes || finding.severity > Severity::Note)
            .collect();
        if shown.is_empty() {
            continue;
        }
        let style = colour(cell.verdict, styles);
        writeln!(
            out,
            "\n{heading}{from} to {to}{heading:#}: {style}{}{style:#}",
            cell.verdict
        )?;
        for finding in shown {
            self::finding(finding, out, styles)?;
        }
    }
    for finding in &subject.policy {
        writeln!(out)?;
        self::finding(finding, out, styles)?;
    }
    let (count, failed) = (
        subject.matrix.cells.len(),
        subject
            .cells()
            .filter(|(_, _, cell)| cell.verdict >= subject.fails)
            .count(),
    );
    write!(
        out,
        "\n{count} migrations, {failed} of them not as they must be"
    )?;
    match subject.waived {
        0 => writeln!(out),
        waived => writeln!(out, "; {waived} findings waived"),
    }
}

fn finding(finding: &Finding, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles { name, dim, .. } = styles;
    let style = colour(finding.severity.into(), styles);
    writeln!(
        out,
        "  {style}{:<7}{style:#} {name}{}{name:#} {dim}{}{dim:#}: {}",
        finding.severity.name(),
        place(finding),
        finding.rule,
        finding.message
    )
}

fn colour(verdict: Verdict, styles: &Styles) -> anstyle::Style {
    match verdict {
        Verdict::Loads => styles.good,
        Verdict::Unknown => styles.dim,
        Verdict::Risk => styles.note,
        Verdict::Breaks => styles.bad,
    }
}
