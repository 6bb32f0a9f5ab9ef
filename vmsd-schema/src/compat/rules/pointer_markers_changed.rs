//! Elements of an array of pointers are marked on one side only.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::Shape;

rule! {
    /// Elements of an array of pointers are marked on one side only.
    ///
    /// ## Why
    ///
    /// A marked array has a byte before every element, the others only have one for a NULL.
    ///
    /// ## Example
    ///
    /// An array becomes one that the load allocates (`VMS_ARRAY_OF_POINTER_AUTO_ALLOC`).
    ///
    /// ## Instead
    ///
    /// Keep the old array for old machine types, behind a predicate.
    "pointer-markers-changed", Break, "4.2"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let marked = |shape: &Shape| matches!(shape, Shape::Pointer { marked: true, .. });
    // What a source has not seen it calls no pointer at all.
    let told = |shape: &Shape| !matches!(shape, Shape::Unknown | Shape::Nested(_));
    if marked(&source.shape) == marked(&target.shape)
        || !told(&source.shape)
        || !told(&target.shape)
    {
        return;
    }
    let word = |shape: &Shape| {
        if marked(shape) {
            "a marker before every element"
        } else {
            "no markers"
        }
    };
    out.report(Report {
        severity: Severity::Break,
        source: word(&source.shape).to_owned(),
        target: word(&target.shape).to_owned(),
        message: format!(
            "the source sends {}, the target expects {}",
            word(&source.shape),
            word(&target.shape)
        ),
        advice: "keep the old array for old machine types, behind a predicate",
        qemu: None,
    });
}
