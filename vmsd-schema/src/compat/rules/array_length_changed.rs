//! An array has another number of elements.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::wire::elements;
use crate::compat::Severity;
use crate::schema::Count;

rule! {
    /// An array has another number of elements.
    ///
    /// ## Why
    ///
    /// Elements follow each other without a count on the wire, so everything behind the array is read from the wrong place. QEMU notices at the
    /// section footer, if it has footers.
    ///
    /// ## Example
    ///
    /// `ring[16]` becomes `ring[32]`.
    ///
    /// ## Instead
    ///
    /// Keep the array and send the new elements as a field with a later version, or in a subsection that is needed when they are used.
    "array-length-changed", Break, "3.2"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let severity = match (&source.count, &target.count) {
        (Count::One | Count::Fixed(_), Count::One | Count::Fixed(_)) => Severity::Break,
        // A count that was seen may be another field's: it is then local to the guest.
        (Count::Seen(_), Count::One | Count::Fixed(_) | Count::Seen(_))
        | (Count::One | Count::Fixed(_), Count::Seen(_)) => Severity::Risk,
        _ => return,
    };
    let counts = (elements(&source.count), elements(&target.count));
    if let (Some(sent), Some(read)) = counts {
        if sent != read {
            out.report(Report {
                severity,
                source: source.count.to_string(),
                target: target.count.to_string(),
                message: format!("the source sends {sent} elements, the target reads {read}"),
                advice: "keep the length, and send more elements in a field of a later version or in a subsection",
                qemu: out.footer(),
            });
        }
    }
}
