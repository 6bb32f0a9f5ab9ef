//! A device can no longer be migrated.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// A device can no longer be migrated.
    ///
    /// ## Why
    ///
    /// A target with such a device refuses every migration before it reads a byte.
    ///
    /// ## Example
    ///
    /// A device gets `unmigratable` because its state cannot be restored.
    ///
    /// ## Instead
    ///
    /// Remove the device from the target, or from the guest before it is saved.
    "unmigratable-added", Break, "3.9"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Devices { source, target } = subject else {
        return;
    };
    if target.schema.unmigratable != Some(true) || source.schema.unmigratable == Some(true) {
        return;
    }
    out.report(Report {
        severity: Severity::Break,
        source: "migratable".to_owned(),
        target: "unmigratable".to_owned(),
        message: "the target's device refuses every migration".to_owned(),
        advice: "remove the device before the guest is saved",
        qemu: Some(format!(
            "State blocked by non-migratable device '{}'",
            out.idstr()
        )),
    });
}
