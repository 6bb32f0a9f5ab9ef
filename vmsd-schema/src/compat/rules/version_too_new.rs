//! The source writes a version that the target does not know.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// The source writes a version that the target does not know.
    ///
    /// ## Why
    ///
    /// A version above the target's own is refused, whatever its fields are.
    ///
    /// ## Example
    ///
    /// A guest of a new release, where the device has version 3, goes back to one where it has version 2.
    ///
    /// ## Instead
    ///
    /// Add state in subsections, which leave the version alone.
    "version-too-new", Break, "3.4"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Some((source, target)) = subject.versioned() else {
        return;
    };
    let (Some(written), Some(known)) = (source.version, target.version) else {
        return;
    };
    if written > known {
        out.report(Report {
            severity: Severity::Break,
            source: format!("version {written}"),
            target: format!("version {known}"),
            message: format!("the source writes version {written}, the target knows {known}"),
            advice: "use the machine type of the older side, or add state in subsections",
            qemu: Some(format!(
                "savevm: unsupported version {written} for '{}' v{known}",
                out.idstr()
            )),
        });
    }
}
