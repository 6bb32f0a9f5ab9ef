//! A predicate decides about a field on one side only.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::Presence;

rule! {
    /// A predicate decides about a field on one side only.
    ///
    /// ## Why
    ///
    /// Where the predicate and the other side agree, nothing happens; where they do not, everything behind the field is read from the wrong
    /// place. Schemas do not tell what a predicate asks.
    ///
    /// ## Example
    ///
    /// `VMSTATE_UINT32` becomes `VMSTATE_UINT32_TEST`.
    ///
    /// ## Instead
    ///
    /// Let the predicate be true for every machine type that sent the field always.
    "predicate-changed", Risk, "3.3"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let conditional = |presence: Presence| presence == Presence::Conditional;
    if conditional(source.presence) == conditional(target.presence) {
        return;
    }
    if source.presence == Presence::Unknown || target.presence == Presence::Unknown {
        return;
    }
    out.report(Report {
        severity: Severity::Risk,
        source: source.presence.to_string(),
        target: target.presence.to_string(),
        message: format!(
            "the field is {} in the source and {} in the target",
            source.presence, target.presence
        ),
        advice: "see that the predicate is true wherever the field is sent",
        qemu: out.footer(),
    });
}
