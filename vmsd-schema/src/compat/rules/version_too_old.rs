//! The source writes a version that the target no longer loads.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// The source writes a version that the target no longer loads.
    ///
    /// ## Why
    ///
    /// A version below the target's minimum is refused.
    ///
    /// ## Example
    ///
    /// `minimum_version_id` goes from 1 to 2, and the source writes version 1.
    ///
    /// ## Instead
    ///
    /// Keep the code that loads the old layout.
    "version-too-old", Break, "3.4"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Some((source, target)) = subject.versioned() else {
        return;
    };
    let (Some(written), Some(minimum)) = (source.version, target.minimum_version) else {
        return;
    };
    if written < minimum {
        out.report(Report {
            severity: Severity::Break,
            source: format!("version {written}"),
            target: format!("minimum version {minimum}"),
            message: format!("the source writes version {written}, the target loads {minimum} at least"),
            advice: "keep the code that loads the old layout",
            qemu: Some(format!("{}: incoming version_id {written} is too old for local minimum version_id {minimum}", target.name)),
        });
    }
}
