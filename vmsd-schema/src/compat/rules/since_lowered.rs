//! The target reads a field at a version at which the source does not send it.

use crate::compat::subject::{Out, Report, Since, Subject};
use crate::compat::Severity;

rule! {
    /// The target reads a field at a version at which the source does not send it.
    ///
    /// ## Why
    ///
    /// The target takes the bytes of whatever comes next.
    ///
    /// ## Example
    ///
    /// A field that version 3 added is now said to be in version 2.
    ///
    /// ## Instead
    ///
    /// Leave the version of a field as it was when it was added.
    "since-lowered", Break, "3.3"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Some(Since { fields, sent: false }) = subject.since() else {
        return;
    };
    let written = fields.written;
    out.report(Report {
        severity: Severity::Break,
        source: format!("not at version {written}, {}", fields.source.presence),
        target: fields.target.presence.to_string(),
        message: format!("at version {written} the source does not send it, and the target reads it"),
        advice: "leave the version of a field as it was when it was added",
        qemu: out.footer(),
    });
}
