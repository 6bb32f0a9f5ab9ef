//! The target reads a field that the source does not send.

use crate::compat::subject::{Alone, Out, Report, Subject};
use crate::compat::wire::layout;
use crate::compat::Severity;
use crate::schema::Presence;

rule! {
    /// The target reads a field that the source does not send.
    ///
    /// ## Why
    ///
    /// Fields have no names and no lengths on the wire. The target takes the bytes of whatever comes next, and everything behind is read
    /// from the wrong place.
    ///
    /// ## Example
    ///
    /// A field is appended to a table whose version stays the same.
    ///
    /// ## Instead
    ///
    /// Raise the version and give the field that version, which only old targets refuse; or put it in a subsection, which also old targets
    /// load while it is not needed.
    "field-added", Break, "3.1"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Added(Alone { field, .. }) = subject else {
        return;
    };
    // A target that was only seen may have a predicate for the field, and the guest may never need it.
    let severity = match field.presence {
        Presence::Since(_) => Severity::Break,
        Presence::Conditional | Presence::Unknown => Severity::Risk,
    };
    out.report(Report {
        severity,
        source: "nothing".to_owned(),
        target: layout(field),
        message: "the target reads a field that the source does not send".to_owned(),
        advice: "raise the version and give the field that version, or put it in a subsection",
        qemu: out.footer(),
    });
}
