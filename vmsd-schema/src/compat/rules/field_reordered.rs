//! A field stands at another place.

use crate::compat::subject::{Alone, Out, Report, Subject};
use crate::compat::wire::layout;
use crate::compat::Severity;

rule! {
    /// A field stands at another place.
    ///
    /// ## Why
    ///
    /// Fields have no names on the wire: their order is all that tells them apart. Two that change places are loaded into each other, and
    /// the load may even succeed.
    ///
    /// ## Example
    ///
    /// `control` and `status` are sorted by name.
    ///
    /// ## Instead
    ///
    /// Keep the order of the table, whatever the order of the struct.
    "field-reordered", Break, "3.1"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Moved(Alone { field, other }) = subject else {
        return;
    };
    let before = other
        .fields
        .iter()
        .take_while(|target| !target.is_called(&field.name))
        .last();
    let place = match before {
        Some(neighbour) => format!("behind `{}`", neighbour.name),
        None => "first".to_owned(),
    };
    out.report(Report {
        severity: Severity::Break,
        source: layout(field),
        target: place.clone(),
        message: format!("the target reads this field at another place: {place}"),
        advice: "keep the order of the table",
        qemu: out.footer(),
    });
}
