//! The target does not read a field at a version at which the source sends it.

use crate::compat::subject::{Out, Report, Since, Subject};
use crate::compat::Severity;

rule! {
    /// The target does not read a field at a version at which the source sends it.
    ///
    /// ## Why
    ///
    /// The bytes of the field are taken for the next one.
    ///
    /// ## Example
    ///
    /// A field of version 2 is now said to be new in version 3, and the source writes version 2.
    ///
    /// ## Instead
    ///
    /// Leave the version of a field as it was when it was added.
    "since-raised", Break, "3.3"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Some(Since { fields, sent: true }) = subject.since() else {
        return;
    };
    let (written, read) = (fields.written, fields.read);
    out.report(Report {
        severity: Severity::Break,
        source: fields.source.presence.to_string(),
        target: format!("not at version {read}, {}", fields.target.presence),
        message: format!("at version {written} the source sends it, and the target reading at {read} does not expect it"),
        advice: "leave the version of a field as it was when it was added",
        qemu: out.footer(),
    });
}
