//! The target reads a field at a version at which the source does not send it.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::Presence;

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
    "since-lowered", Break
}

fn check(subject: &Subject<'_>, out: &mut Out) {
    let Subject::Fields(fields) = subject else {
        return;
    };
    let Fields {
        source,
        target,
        written,
        read,
    } = *fields;
    let (Presence::Since(a), Presence::Since(b)) = (source.presence, target.presence) else {
        return;
    };
    let (sent, expected) = (a <= written, b <= read);
    if !sent && expected {
        out.report(Report {
            severity: Severity::Break,
            source: format!("not at version {written}, {}", source.presence),
            target: target.presence.to_string(),
            message: format!(
                "at version {written} the source does not send it, and the target reads it"
            ),
            advice: "leave the version of a field as it was when it was added",
            qemu: out.footer(),
        });
    }
}
