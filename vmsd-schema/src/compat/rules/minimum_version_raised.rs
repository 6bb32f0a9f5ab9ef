//! The target no longer loads some old versions.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// The target no longer loads some old versions.
    ///
    /// ## Why
    ///
    /// This source is not concerned: its version still loads. Streams of older ones are.
    ///
    /// ## Example
    ///
    /// `minimum_version_id` goes from 1 to 2.
    ///
    /// ## Instead
    ///
    /// Keep the code that loads the old layout, if anybody still has such streams.
    "minimum-version-raised", Note, "6.5"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Some((source, target)) = subject.versioned() else {
        return;
    };
    let (Some(old), Some(new)) = (source.minimum_version, target.minimum_version) else {
        return;
    };
    if old < new && source.version.is_none_or(|version| version >= new) {
        out.report(Report {
            severity: Severity::Note,
            source: format!("minimum version {old}"),
            target: format!("minimum version {new}"),
            message: format!("versions below {new} no longer load"),
            advice: "keep the old layout if such streams are still about",
            qemu: None,
        });
    }
}
