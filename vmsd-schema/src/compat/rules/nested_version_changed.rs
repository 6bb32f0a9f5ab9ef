//! A nested struct has another version.

use crate::compat::subject::{Out, Report, Role, Subject};
use crate::compat::Severity;
use crate::schema::Extent;

rule! {
    /// A nested struct has another version.
    ///
    /// ## Why
    ///
    /// The version of a nested struct is not on the wire: the source writes at its own, the target reads at its own. What differs by version
    /// is reported field by field; here it is told why.
    ///
    /// ## Example
    ///
    /// `ide_drive` goes from version 3 to 4, and every controller that contains it is concerned.
    ///
    /// ## Instead
    ///
    /// Do not raise the version of a struct that others contain; send what is new in a subsection.
    "nested-version-changed", Note, "3.5"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Tables {
        source,
        target,
        role: Role::Nested,
    } = subject
    else {
        return;
    };
    let (Some(written), Some(read)) = (source.version, target.version) else {
        return;
    };
    if written == read {
        return;
    }
    let whole = source.extent == Extent::Whole && target.extent == Extent::Whole;
    out.report(Report {
        severity: if whole { Severity::Note } else { Severity::Risk },
        source: format!("version {written}"),
        target: format!("version {read}"),
        message: format!("the source writes the struct at version {written}, the target reads it at {read}, and the stream does not tell"),
        advice: "send what is new in a subsection instead",
        qemu: None,
    });
}
