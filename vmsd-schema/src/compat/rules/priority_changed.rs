//! A section is loaded in another order.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// A section is loaded in another order.
    ///
    /// ## Why
    ///
    /// The order of sections is the source's. A device that needs another one loaded first may find it not loaded yet.
    ///
    /// ## Example
    ///
    /// An IOMMU gets `MIG_PRI_IOMMU`, because PCI devices translate through it while they load.
    ///
    /// ## Instead
    ///
    /// Do what needs the other device in a hook that runs when all are loaded.
    "priority-changed", Risk, "1.7"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Devices { source, target } = subject else {
        return;
    };
    let (Some(sent), Some(wanted)) = (source.schema.priority, target.schema.priority) else {
        return;
    };
    if sent != wanted {
        out.report(Report {
            severity: Severity::Risk,
            source: format!("priority {}", sent.name()),
            target: format!("priority {}", wanted.name()),
            message: format!(
                "the source sends the section with priority {}, the target expects {}",
                sent.name(),
                wanted.name()
            ),
            advice: "do what needs the other device when all are loaded",
            qemu: None,
        });
    }
}
