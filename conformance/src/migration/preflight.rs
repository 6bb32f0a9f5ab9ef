//! Two machines that are to exchange a guest: what each would send and knows, what the check says of both ways, and what
//! their QEMUs say.
//!
//! Each machine is started stopped, saves itself and dumps its tables. The check is that of `vmsd check`; with a real load beside it
//! the two can be compared.

use std::sync::Arc;

use vmsd_schema::compat::{Finding, Severity, Verdict};
use vmsd_schema::schema::SchemaSet;

use crate::migration::judge::{check, Judge};
use crate::migration::side::Side;
use crate::qemu::{self, QemuError};

/// A machine that was started and asked.
#[derive(Debug)]
pub struct Captured {
    /// QEMU's version.
    pub version: String,
    /// Its stream, and the tables of its dump.
    pub side: Side,
}

/// One way between two machines.
#[derive(Debug)]
pub struct Way {
    /// What sends.
    pub from: String,
    /// What loads.
    pub to: String,
    /// What the check finds.
    pub findings: Vec<Finding>,
    /// What the loading QEMU says, if it was asked.
    pub live: Option<qemu::Verdict>,
}

/// How a prediction and reality stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both load, or both do not.
    Same,
    /// Both do not load, and QEMU gives another reason.
    OtherReason,
    /// The check left it open.
    Open,
    /// One loads and the other does not.
    Differs,
}

/// Starts a machine, saves it and dumps its tables.
///
/// # Errors
/// If QEMU does not start, does not migrate, or its dump cannot be read; with QEMU's own words.
pub fn capture(machine: &qemu::Machine, name: &str) -> Result<Captured, QemuError> {
    let version = machine.version()?;
    let stream = machine.save()?;
    let dump = machine.dump()?;
    let tables = SchemaSet::from_json(&dump)
        .map_err(|error| QemuError::new(format!("the dump cannot be read: {error}")))?;
    Ok(Captured {
        side: Side {
            name: format!("{name} ({version})"),
            stream: Some(stream),
            sets: vec![Arc::new(tables)],
            max_cpus: machine.max_cpus()?,
        },
        version,
    })
}

/// Checks one way, and lets `target` load the stream if it is given.
///
/// # Errors
/// Those of QEMU.
pub fn way(
    from: &Captured,
    to: &Captured,
    judge: &Judge,
    target: Option<&qemu::Machine>,
) -> Result<Way, QemuError> {
    let findings = check(&judge.read(&from.side), &judge.read(&to.side));
    let stream = from.side.stream.as_deref().unwrap_or_default();
    let live = target.map(|target| target.load(stream)).transpose()?;
    Ok(Way {
        from: from.side.name.clone(),
        to: to.side.name.clone(),
        findings,
        live,
    })
}

impl Way {
    /// What the check says.
    #[must_use]
    pub fn predicted(&self) -> Verdict {
        Verdict::of(&self.findings)
    }

    /// Whether reality is as predicted, if QEMU was asked.
    #[must_use]
    pub fn agreement(&self) -> Option<Agreement> {
        let live = self.live.as_ref()?;
        Some(match (self.predicted(), live) {
            (Verdict::Loads, qemu::Verdict::Accept) => Agreement::Same,
            (Verdict::Breaks, qemu::Verdict::Reject(words)) if self.says(words) => Agreement::Same,
            (Verdict::Breaks, qemu::Verdict::Reject(_)) => Agreement::OtherReason,
            (
                Verdict::Risk | Verdict::Unknown,
                qemu::Verdict::Accept | qemu::Verdict::Reject(_),
            ) => Agreement::Open,
            _ => Agreement::Differs,
        })
    }

    /// Whether a load works, as far as is known: by QEMU itself, or else by the check.
    #[must_use]
    pub fn works(&self) -> bool {
        match &self.live {
            Some(live) => *live == qemu::Verdict::Accept,
            None => self.predicted() == Verdict::Loads,
        }
    }

    /// Whether these are the words of the first finding that breaks. Masks of PCI registers are left out of predictions.
    fn says(&self, words: &str) -> bool {
        let first = self
            .findings
            .iter()
            .find(|finding| finding.severity == Severity::Break);
        let Some(said) = first.and_then(|finding| finding.qemu_message.as_deref()) else {
            return false;
        };
        let real = plain(words);
        let mut lines = said.split(" ; ");
        lines.all(|line| real.iter().any(|own| own.starts_with(line)))
    }
}

/// QEMU's lines without the program's name and without warnings.
#[must_use]
pub fn plain(words: &str) -> Vec<&str> {
    let lines = words.split(" ; ").map(|line| match line.split_once(": ") {
        Some((program, rest)) if program.contains("qemu") && !program.contains(' ') => rest,
        _ => line,
    });
    lines
        .filter(|line| !line.is_empty() && !line.starts_with("warning:"))
        .collect()
}

impl Agreement {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Same => "as predicted",
            Self::OtherReason => "refused for another reason",
            Self::Open => "left open by the check",
            Self::Differs => "not as predicted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaks(message: &str, live: qemu::Verdict) -> Way {
        Way {
            from: String::new(),
            to: String::new(),
            findings: vec![Finding {
                severity: Severity::Break,
                qemu_message: Some(message.to_owned()),
                ..Finding::default()
            }],
            live: Some(live),
        }
    }

    #[test]
    fn a_prediction_is_compared_with_what_qemu_did_and_said() {
        let said = "Missing section footer for dma ; load of migration failed: Invalid argument";
        let real = "qemu-system-x86_64: warning: old ; qemu-system-x86_64: Missing section footer for dma ; qemu-system-x86_64: load of migration failed: Invalid argument";
        let reject = |words: &str| qemu::Verdict::Reject(words.to_owned());
        assert_eq!(
            breaks(said, reject(real)).agreement(),
            Some(Agreement::Same)
        );
        assert_eq!(
            breaks(said, reject("something else")).agreement(),
            Some(Agreement::OtherReason)
        );
        assert_eq!(
            breaks(said, qemu::Verdict::Accept).agreement(),
            Some(Agreement::Differs)
        );
    }
}
