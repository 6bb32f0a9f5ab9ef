//! One thing that stands between a source and a target, and what follows from several.

use std::fmt;

/// One thing that stands between a source and a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id: `field-removed`.
    pub rule: &'static str,
    /// How bad it is here.
    pub severity: Severity,
    /// The section, device type or description that it is about; empty for the machine itself.
    pub section: String,
    /// The way to the field, outermost first: `bmdma[1] > status`. Empty for the section itself.
    pub path: String,
    /// Where the field stands in the source's stream, if there is one.
    pub offset: Option<u64>,
    /// What the source sends.
    pub source: String,
    /// What the target expects.
    pub target: String,
    /// What follows from it, in a sentence.
    pub message: String,
    /// What the target's QEMU will say, in its own words.
    pub qemu_message: Option<String>,
    /// What to do about it.
    pub advice: String,
}

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; no effect on the load.
    #[default]
    Note,
    /// The sources do not tell enough.
    Unknown,
    /// It depends on the guest.
    Risk,
    /// The load fails.
    Break,
}

/// What a set of findings means for a migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It loads.
    #[default]
    Loads,
    /// The sources do not tell enough.
    Unknown,
    /// It depends on the guest.
    Risk,
    /// It does not load.
    Breaks,
}

impl Verdict {
    /// The verdict of several findings: the worst one's. A certain break outranks every uncertainty.
    #[must_use]
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Self {
        let verdicts = findings.into_iter().map(|finding| finding.severity.into());
        verdicts.max().unwrap_or_default()
    }

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Loads => "loads",
            Self::Unknown => "unknown",
            Self::Risk => "risk",
            Self::Breaks => "breaks",
        }
    }
}

impl From<Severity> for Verdict {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::Loads,
            Severity::Unknown => Self::Unknown,
            Severity::Risk => Self::Risk,
            Severity::Break => Self::Breaks,
        }
    }
}

impl Severity {
    /// All, the least first.
    pub const ALL: [Self; 4] = [Self::Note, Self::Unknown, Self::Risk, Self::Break];

    /// The name in reports and waivers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Unknown => "unknown",
            Self::Risk => "risk",
            Self::Break => "break",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.severity, self.rule, self.section)?;
        if !self.path.is_empty() {
            write!(f, " > {}", self.path)?;
        }
        write!(f, ": {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certain_break_outranks_every_uncertainty() {
        let finding = |severity| Finding {
            severity,
            ..Finding::default()
        };
        let all = Severity::ALL.map(finding);
        assert_eq!(Verdict::of(&all), Verdict::Breaks);
        assert_eq!(Verdict::of(&all[..3]), Verdict::Risk);
        assert_eq!(Verdict::of(&all[..1]), Verdict::Loads);
        assert_eq!(Verdict::of([]), Verdict::Loads);
    }
}
