//! The target has no device for a section.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// The target has no device for a section.
    ///
    /// ## Why
    ///
    /// A section whose name the target does not know ends the load: its length is not on the wire, so it cannot be skipped.
    ///
    /// ## Example
    ///
    /// A device type is dropped from a build, or renamed.
    ///
    /// ## Instead
    ///
    /// Start the target with the same devices. Keep a dropped device for the machine types that had it.
    "section-removed", Break, "6.2"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Missing {
        device,
        source,
        target,
    } = subject
    else {
        return;
    };
    // Only a list that is complete in the same things tells by what it lacks.
    let told = (source.coverage.types && target.coverage.types && device.type_name.is_some())
        || (source.coverage.sections && target.coverage.sections && device.section.is_some());
    // A list of types is no guest: it has more than any.
    let some_guest = source.coverage.types && device.section.is_none();
    let (severity, message) = if some_guest && !told && target.coverage.sections {
        let message = "the target's guest has no such device; one that has it does not load there";
        (Severity::Note, message)
    } else if told {
        (Severity::Break, "the target does not have this device")
    } else {
        (
            Severity::Unknown,
            "no source of the target tells whether it has this device",
        )
    };
    let qemu = device.section.as_ref().map(|section| {
        format!(
            "Unknown savevm section or instance '{}' {}. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
            section.idstr, section.instance_id
        )
    });
    out.report(Report {
        severity,
        source: device.schema.name.clone(),
        target: "nothing".to_owned(),
        message: message.to_owned(),
        advice: "start the target with the same devices",
        qemu: qemu.filter(|_| told),
    });
}
