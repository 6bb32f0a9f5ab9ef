//! The target checks a value that the source does not.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::{Field, Shape};

rule! {
    /// The target checks a value that the source does not.
    ///
    /// ## Why
    ///
    /// A guest whose value the target refuses does not load, and whether there is one depends on the guest.
    ///
    /// ## Example
    ///
    /// `uint32` becomes `uint32 equal`: the load fails where the target was started with another value.
    ///
    /// ## Instead
    ///
    /// Check when the device is created, or accept the old range of values while loading.
    "constraint-added", Risk, "4.1"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let comparing =
        compares(target) && !compares(source) && !matches!(source.shape, Shape::Unknown);
    let added = target
        .constraints
        .iter()
        .filter(|check| !source.constraints.contains(check));
    let added: Vec<_> = added.map(ToString::to_string).collect();
    if !comparing && added.is_empty() {
        return;
    }
    let check = if comparing {
        "equal to its own".to_owned()
    } else {
        added.join(", ")
    };
    out.report(Report {
        severity: Severity::Risk,
        source: source.shape.to_string(),
        target: check.clone(),
        message: format!("the target refuses values that are not {check}"),
        advice:
            "see that every guest's value passes the check, or check when the device is created",
        qemu: None,
    });
}

/// Whether the encoding itself compares with the destination's value.
fn compares(field: &Field) -> bool {
    match &field.shape {
        Shape::Leaf { type_name, .. } => type_name.ends_with(" equal") || type_name == "int32 le",
        _ => false,
    }
}
