//! The target knows a subsection that the source never sends.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// The target knows a subsection that the source never sends.
    ///
    /// ## Why
    ///
    /// The load goes well: what the subsection holds keeps the value that reset gave it. The way back is another matter, see
    /// subsection-removed.
    ///
    /// ## Example
    ///
    /// `mc146818rtc/irq_reinject_on_ack_count` comes with a new release.
    ///
    /// ## Instead
    ///
    /// This is the right way to add state. See that the value after reset is right for guests that never had it.
    "subsection-added", Note, "3.6"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::SubsectionAdded { subsection } = subject else {
        return;
    };
    out.report(Report {
        severity: Severity::Note,
        source: "nothing".to_owned(),
        target: subsection.name.clone(),
        message: "the target knows a subsection that the source never sends".to_owned(),
        advice: "see that the value after reset is right for guests that never had it",
        qemu: None,
    });
}
