//! The registers for CPUs that come later, where the target's own stream does not show them (`acpi_switch_to_modern_cphp`).
//!
//! Up to 10.x a machine sends them only once its guest has asked for them, but loads them at any time; 11.x always sends them. There
//! are as many as `maxcpus` says. That is never sent: a stream that lacks them shows only how many CPUs there are at least, and who asks may know.

use super::align::{self, Group};
use super::refusal::Refusal;
use super::walk::{Step, Walk};
use crate::compat::Severity;
use crate::wire::Reader;

/// Whether a field is the array with an element for each CPU that there can be.
pub(super) fn is_of_cpus(vmsd: &str, field: &str) -> bool {
    (vmsd, field) == ("CPU hotplug state", "devs")
}

/// Reads as many elements as the target can have CPUs, or where nobody tells, as it has at least.
pub(super) fn cpus(
    walk: &mut Walk<'_>,
    read: Group<'_>,
    sent: Group<'_>,
    reader: &mut Reader<'_>,
) -> Step {
    let ours = align::elements(sent);
    let source = format!("{ours} CPUs");
    if let Some(theirs) = walk.max_cpus {
        if theirs != ours {
            let target = format!("{theirs} CPUs");
            let message = "the sides can have different numbers of CPUs";
            walk.differ("array-length-changed", source, target, message, reader);
        }
        return walk.elements(read, Some(sent), None, theirs, reader);
    }
    let at_least = walk.cpus;
    let target = format!("at least {at_least} CPUs");
    if ours < at_least {
        let message = "the target can have more CPUs than the source";
        walk.differ("array-length-changed", source, target, message, reader);
    } else if ours > at_least && at_least > 0 {
        let message = "how many CPUs the target can have (maxcpus) is in none of its sources";
        let doubt = Refusal::unknown("array-length-changed", reader.offset(), message);
        let mut doubt = doubt.between(source, target).within("devs");
        doubt.severity = Severity::Risk;
        doubt.advice = "say how many (--maxcpus); give both sides the same -smp, maxcpus included";
        walk.doubts.push(*doubt);
    } else {
        let message = "the target is taken to have no more CPUs than its stream shows (maxcpus)";
        let mut note = Refusal::unknown("array-length-changed", reader.offset(), message);
        note.severity = Severity::Note;
        walk.doubts
            .push(*note.between(source, target).within("devs"));
    }
    walk.elements(read, Some(sent), None, ours.max(at_least), reader)
}
