//! The source may send a subsection that the target does not know.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::Extent;

rule! {
    /// The source may send a subsection that the target does not know.
    ///
    /// ## Why
    ///
    /// A subsection that the target does not know ends the load. Whether it is sent depends on the guest and the machine type.
    ///
    /// ## Example
    ///
    /// A guest of a new release goes back to an old one while `ide_drive/pio_state` is needed.
    ///
    /// ## Instead
    ///
    /// Use the machine type of the older side. Keep the subsection in the table, also where nothing is done with it.
    "subsection-removed", Risk, "3.6"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::SubsectionRemoved { subsection, other } = subject else {
        return;
    };
    let (severity, message) = match other.extent {
        Extent::Whole => (
            Severity::Risk,
            "where the source sends this subsection, the target does not know it",
        ),
        Extent::Seen | Extent::Unknown => (
            Severity::Unknown,
            "no source of the target tells whether it knows this subsection",
        ),
    };
    out.report(Report {
        severity,
        source: subsection.name.clone(),
        target: "nothing".to_owned(),
        message: message.to_owned(),
        advice: "use the machine type of the older side, which does not need the subsection",
        qemu: None,
    });
}
