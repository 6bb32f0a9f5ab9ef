//! A field takes another number of bytes.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::{Shape, Size};

rule! {
    /// A field takes another number of bytes.
    ///
    /// ## Why
    ///
    /// Everything behind the field is read from the wrong place.
    ///
    /// ## Example
    ///
    /// `uint16` becomes `uint32`.
    ///
    /// ## Instead
    ///
    /// Keep the old field, and send what does not fit as a second one of a later version or in a subsection.
    "field-resized", Break, "3.1"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let (sent, read) = match (pointee(&source.shape), pointee(&target.shape)) {
        (Shape::Leaf { size: sent, .. }, Shape::Leaf { size: read, .. }) => (*sent, *read),
        _ => return,
    };
    let severity = match (sent, read) {
        (Size::Fixed(a), Size::Fixed(b)) if a != b => Severity::Break,
        // What was seen may be different for every guest.
        (Size::Fixed(a) | Size::Seen(a), Size::Fixed(b) | Size::Seen(b)) if a != b => {
            Severity::Risk
        }
        (Size::Fixed(_), Size::ByValue) | (Size::ByValue, Size::Fixed(_)) => Severity::Risk,
        _ => return,
    };
    out.report(Report {
        severity,
        source: source.shape.to_string(),
        target: target.shape.to_string(),
        message: format!(
            "the source sends {}, the target reads {}",
            source.shape, target.shape
        ),
        advice:
            "keep the old width, and send more in a field of a later version or in a subsection",
        qemu: out.footer(),
    });
}

fn pointee(shape: &Shape) -> &Shape {
    match shape {
        Shape::Pointer { to, .. } => pointee(to),
        other => other,
    }
}
