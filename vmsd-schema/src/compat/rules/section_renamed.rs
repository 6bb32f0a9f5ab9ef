//! A device sends its section under another name.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// A device sends its section under another name.
    ///
    /// ## Why
    ///
    /// A section finds its device by the name of the description and the path of the bus. Another name is another device.
    ///
    /// ## Example
    ///
    /// The description of `tpci200` is called `tpci2002`.
    ///
    /// ## Instead
    ///
    /// Keep the description's name, whatever the device type is called.
    "section-renamed", Break, "1.3"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Devices { source, target } = subject else {
        return;
    };
    let (sent, known) = (&source.schema.name, &target.schema.name);
    if sent == known || sent.is_empty() || known.is_empty() {
        return;
    }
    let qemu = format!(
        "Unknown savevm section or instance '{}' 0. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
        source
            .section
            .as_ref()
            .map_or(sent, |section| &section.idstr)
    );
    out.report(Report {
        severity: Severity::Break,
        source: sent.clone(),
        target: known.clone(),
        message: format!("the source sends the section `{sent}`, the target knows it as `{known}`"),
        advice: "keep the name of the description",
        qemu: Some(qemu),
    });
}
