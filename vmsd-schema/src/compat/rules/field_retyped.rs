//! A field of the same place has another encoding.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::alike::same_form;
use crate::compat::wire::element;
use crate::compat::Severity;
use crate::schema::Shape;

rule! {
    /// A field of the same place has another encoding.
    ///
    /// ## Why
    ///
    /// The bytes are as many but mean something else, or a described field becomes a plain one.
    ///
    /// ## Example
    ///
    /// `int32` becomes `timer`; a struct becomes a buffer of as many bytes.
    ///
    /// ## Instead
    ///
    /// Convert the value while loading: keep the encoding and translate in `pre_save` and `post_load`.
    "field-retyped", Risk, "4.1"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let severity = match (&source.shape, &target.shape) {
        (
            Shape::Leaf { type_name, .. },
            Shape::Leaf {
                type_name: other, ..
            },
        ) => {
            let resized = element(&source.shape) != element(&target.shape);
            if type_name == other || resized || same_form(source, target) {
                return;
            }
            Severity::Risk
        }
        (Shape::Unknown, _) | (_, Shape::Unknown) => return,
        // A dump does not tell what kind of description it is, and a stream shows a pointer only where it is NULL.
        (Shape::Nested(_), other) | (other, Shape::Nested(_))
            if !matches!(other, Shape::Leaf { .. }) =>
        {
            return
        }
        (Shape::Pointer { .. }, _) | (_, Shape::Pointer { .. }) => return,
        (a, b) if std::mem::discriminant(a) == std::mem::discriminant(b) => return,
        (a, b) => match (element(a), element(b)) {
            (Some(sent), Some(read)) if sent == read => Severity::Risk,
            (Some(_), Some(_)) => Severity::Break,
            _ if matches!(a, Shape::Leaf { .. }) || matches!(b, Shape::Leaf { .. }) => {
                Severity::Unknown
            }
            _ => Severity::Break,
        },
    };
    out.report(Report {
        severity,
        source: source.shape.to_string(),
        target: target.shape.to_string(),
        message: format!(
            "the source sends {}, the target reads {}",
            source.shape, target.shape
        ),
        advice: "keep the encoding and convert the value while saving and loading",
        qemu: None,
    });
}
