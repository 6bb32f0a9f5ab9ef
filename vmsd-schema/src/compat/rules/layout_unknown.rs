//! One side does not tell what a table or field contains.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::Severity;
use crate::schema::{Extent, Shape};

rule! {
    /// One side does not tell what a table or field contains.
    ///
    /// ## Why
    ///
    /// A device may have lost its fields or only its description. Nothing says whether the bytes fit.
    ///
    /// ## Example
    ///
    /// A dump has `Fields` for a device on one side, and none on the other.
    ///
    /// ## Instead
    ///
    /// Give another source for that side: a stream that holds the device, or a schema file.
    "layout-unknown", Unknown, "5.1"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let (known, unknown) = ("described", "not described");
    let (sent, read) = match subject {
        Subject::Tables { source, target, .. } => (
            source.extent != Extent::Unknown,
            target.extent != Extent::Unknown,
        ),
        Subject::Fields(Fields { source, target, .. }) => {
            let described = |shape: &Shape| shape.described().is_some();
            let (sent, read) = (described(&source.shape), described(&target.shape));
            // What is a leaf for sure has no description to lose.
            match (&source.shape, &target.shape) {
                (Shape::Unknown, _) | (_, Shape::Unknown) => (sent, read),
                _ => return,
            }
        }
        _ => return,
    };
    if sent == read {
        return;
    }
    let word = |is: bool| if is { known } else { unknown };
    out.report(Report {
        severity: Severity::Unknown,
        source: word(sent).to_owned(),
        target: word(read).to_owned(),
        message: format!(
            "what is in it is {} by the source and {} by the target",
            word(sent),
            word(read)
        ),
        advice: "give another source for that side",
        qemu: None,
    });
}
