//! A field takes another number of bytes in memory.

use crate::compat::subject::{Fields, Out, Report, Subject};
use crate::compat::wire::is_padding;
use crate::compat::Severity;
use crate::schema::Shape;

rule! {
    /// A field takes another number of bytes in memory.
    ///
    /// ## Why
    ///
    /// A `-dump-vmstate` tells sizes in memory only. For plain integers they are those of the wire, and then this breaks; for pointers,
    /// timers and anything with an encoding of its own they say nothing.
    ///
    /// ## Example
    ///
    /// `kbd.keycodes` has elements of 4 bytes in one dump and of 2 in the other.
    ///
    /// ## Instead
    ///
    /// Merge a stream of the same device into the source: it tells the sizes on the wire.
    "host-size-changed", Risk, "10.2"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Fields(Fields { source, target, .. }) = subject else {
        return;
    };
    let known = |shape: &Shape| !matches!(shape, Shape::Unknown);
    let (Some(sent), Some(read)) = (source.host, target.host) else {
        return;
    };
    if known(&source.shape) && known(&target.shape) || sent.size == read.size {
        return;
    }
    // Padding is as long on the wire as it says.
    let severity = if is_padding(source) && is_padding(target) {
        Severity::Break
    } else {
        Severity::Risk
    };
    out.report(Report {
        severity,
        source: format!("{} bytes in memory", sent.size),
        target: format!("{} bytes in memory", read.size),
        message: format!(
            "an element takes {} bytes in the source's memory and {} in the target's",
            sent.size, read.size
        ),
        advice:
            "give a stream of the same device as a second source: it tells the sizes on the wire",
        qemu: None,
    });
}
