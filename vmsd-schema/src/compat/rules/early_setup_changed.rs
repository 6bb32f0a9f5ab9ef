//! A section is sent in another phase of the migration.

use crate::compat::subject::{Out, Report, Subject};
use crate::compat::Severity;

rule! {
    /// A section is sent in another phase of the migration.
    ///
    /// ## Why
    ///
    /// A section with `early_setup` is sent before guest memory, and loaded before it. What the device needs of memory or of other devices
    /// may not be there yet.
    ///
    /// ## Example
    ///
    /// virtio-mem moves its table to `early_setup`.
    ///
    /// ## Instead
    ///
    /// Tie the phase to the machine type, as QEMU does.
    "early-setup-changed", Risk, "1.7"
}

fn check(subject: &Subject<'_>, out: &mut Out<'_>) {
    let Subject::Devices { source, target } = subject else {
        return;
    };
    let (Some(sent), Some(wanted)) = (source.schema.early_setup, target.schema.early_setup) else {
        return;
    };
    if sent != wanted {
        let phase = |early: bool| {
            if early {
                "during setup"
            } else {
                "with the other devices"
            }
        };
        out.report(Report {
            severity: Severity::Risk,
            source: phase(sent).to_owned(),
            target: phase(wanted).to_owned(),
            message: format!(
                "the section comes {}, the target's own comes {}",
                phase(sent),
                phase(wanted)
            ),
            advice: "tie the phase to the machine type",
            qemu: None,
        });
    }
}
