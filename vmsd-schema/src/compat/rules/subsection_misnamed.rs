//! The target does not find a subsection, because its name does not begin with the table's.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// The target does not find a subsection, because its name does not begin with the table's.
    ///
    /// ## Why
    ///
    /// While loading, a name that does not begin with the name of the table is taken for the end of its subsections. What follows is then read
    /// as something else.
    ///
    /// ## Example
    ///
    /// A struct `pci` that is now called `pci-device` keeps its subsection `pci/aer`.
    ///
    /// ## Instead
    ///
    /// Rename the subsections with the table, and then only for new machine types; or leave both names alone.
    "subsection-misnamed", Risk, "3.6"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Subsections {
        source,
        target,
        subsection,
    } = subject
    else {
        return;
    };
    let fits = |table: &str| subsection.name.starts_with(table);
    if !fits(&source.name) || fits(&target.name) {
        return;
    }
    out.report(Report {
        severity: Severity::Risk,
        source: format!("{} in {}", subsection.name, source.name),
        target: format!("{} in {}", subsection.name, target.name),
        message: format!(
            "the target looks for subsections of `{}` and takes this one for something else",
            target.name
        ),
        advice: "leave the names of tables with subsections alone",
        qemu: None,
    });
}
