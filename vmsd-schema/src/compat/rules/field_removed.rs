//! The target does not read a field that the source sends.

use crate::compat::subject::{Alone, Out, Report, Subject};
use crate::compat::wire::layout;
use crate::compat::Severity;
use crate::schema::{Extent, Presence};

rule! {
    /// The target does not read a field that the source sends.
    ///
    /// ## Why
    ///
    /// Fields have no names and no lengths on the wire. The bytes of the field are taken for the next one, and everything behind is read
    /// from the wrong place.
    ///
    /// ## Example
    ///
    /// A field that the device no longer needs is deleted from the table.
    ///
    /// ## Instead
    ///
    /// Keep the bytes with `Unused<N>` (`VMSTATE_UNUSED`).
    "field-removed", Break, "3.1"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Removed(Alone { field, other }) = subject else {
        return;
    };
    // A field that the source was seen to send, and the target was not, may have a predicate.
    let severity = match (other.extent, field.presence) {
        (Extent::Whole, _) | (_, Presence::Since(_)) => Severity::Break,
        _ => Severity::Risk,
    };
    out.report(Report {
        severity,
        source: layout(field),
        target: "nothing".to_owned(),
        message: "the source sends a field that the target does not read".to_owned(),
        advice: "keep the bytes as unused ones",
        qemu: out.footer(),
    });
}
