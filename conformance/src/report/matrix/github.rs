//! The matrix as annotations that GitHub's runner shows beside the files.

use std::io::{self, Write};

use vmsd_schema::compat::Severity;

use super::{place, Subject};

/// One workflow command a finding; notes are left out.
///
/// # Errors
/// What the writer says.
pub fn github(subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    for (from, to, cell) in subject.cells() {
        for finding in &cell.findings {
            let level = match finding.severity {
                Severity::Note => continue,
                Severity::Unknown => "notice",
                Severity::Risk => "warning",
                Severity::Break => "error",
            };
            let title = format!("{} {} to {}", finding.rule, from, to);
            let message = format!(
                "{}: {}\n{}",
                place(finding),
                finding.message,
                finding.advice
            );
            writeln!(
                out,
                "::{level} file={},title={}::{}",
                property(from),
                property(&title),
                data(&message)
            )?;
        }
    }
    for finding in &subject.policy {
        writeln!(
            out,
            "::warning title={}::{}",
            property(finding.rule),
            data(&format!("{}: {}", place(finding), finding.message))
        )?;
    }
    Ok(())
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
