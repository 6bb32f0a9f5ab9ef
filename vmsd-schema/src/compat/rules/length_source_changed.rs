//! The number of elements comes from somewhere else.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::{Count, Field};

rule! {
    /// The number of elements comes from somewhere else.
    ///
    /// ## Why
    ///
    /// Where the counts differ, everything behind the array is read from the wrong place; where a guest has the same ones, nothing happens.
    ///
    /// ## Example
    ///
    /// An array of fixed length becomes one whose length is in the field `num_timers`.
    ///
    /// ## Instead
    ///
    /// Keep the old source of the length, or tie the new one to the machine type.
    "length-source-changed", Risk, "3.2"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let changed = match (&source.count, &target.count) {
        (
            Count::Field { name, times },
            Count::Field {
                name: other,
                times: b,
            },
        ) => name != other || times != b,
        (Count::Field { .. }, Count::One | Count::Fixed(_))
        | (Count::One | Count::Fixed(_), Count::Field { .. }) => true,
        _ => false,
    };
    if changed {
        let count = |field: &Field| field.count.to_string();
        out.report(Report {
            severity: Severity::Risk,
            source: count(source),
            target: count(target),
            message: format!(
                "the source sends {}, the target reads {}",
                source.count, target.count
            ),
            advice: "keep the source of the length, or tie the new one to the machine type",
            qemu: out.footer(),
        });
    }
}
