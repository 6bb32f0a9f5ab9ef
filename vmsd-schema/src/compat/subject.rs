//! What a rule looks at, and where it reports.

use super::{Finding, Knowledge, Rule, Severity, RULES};
use crate::schema::{Device, Field, Presence, Schema, SchemaSet};

/// One thing that a source and a target have, or that only one of them has.
pub(super) enum Subject<'s> {
    /// A device of the source that the target does not have.
    Missing {
        device: &'s Device,
        source: &'s SchemaSet,
        target: &'s SchemaSet,
    },
    /// A device of both.
    Devices {
        source: &'s Device,
        target: &'s Device,
    },
    /// A table of both: a section's, a nested struct's, a subsection's.
    Tables {
        source: &'s Schema,
        target: &'s Schema,
        role: Role,
    },
    /// A field of both.
    Fields(Fields<'s>),
    /// A field that only the source sends.
    Removed(Alone<'s>),
    /// A field that only the target reads.
    Added(Alone<'s>),
    /// A field that the source sends elsewhere.
    Moved(Alone<'s>),
    /// A subsection that only the source has; the target's table is `other`.
    SubsectionRemoved {
        subsection: &'s Schema,
        other: &'s Schema,
    },
    /// A subsection that only the target has.
    SubsectionAdded { subsection: &'s Schema },
    /// A subsection of both, in these tables.
    Subsections {
        source: &'s Schema,
        target: &'s Schema,
        subsection: &'s Schema,
    },
}

impl<'s> Subject<'s> {
    /// The tables of both, if their versions are on the wire.
    pub(super) fn versioned(&self) -> Option<(&'s Schema, &'s Schema)> {
        match self {
            Self::Tables {
                role: Role::Nested, ..
            } => None,
            Self::Tables { source, target, .. } => Some((source, target)),
            _ => None,
        }
    }

    /// A field of both whose versions differ in whether it is there.
    pub(super) fn since(&self) -> Option<Since<'s>> {
        let Self::Fields(fields) = self else {
            return None;
        };
        let (Presence::Since(a), Presence::Since(b)) =
            (fields.source.presence, fields.target.presence)
        else {
            return None;
        };
        let (sent, expected) = (a <= fields.written, b <= fields.read);
        (sent != expected).then_some(Since {
            fields: *fields,
            sent,
        })
    }
}

/// A field that one side has at the versions at which both meet, and the other has not.
#[derive(Clone, Copy)]
pub(super) struct Since<'s> {
    pub(super) fields: Fields<'s>,
    /// Whether it is the source that has it.
    pub(super) sent: bool,
}

/// What a table is to the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Its version is in the section's header.
    Section,
    /// Its version is sent with it.
    Subsection,
    /// Its version is not on the wire.
    Nested,
}

/// A field of both sides.
#[derive(Clone, Copy)]
pub(super) struct Fields<'s> {
    pub(super) source: &'s Field,
    pub(super) target: &'s Field,
    /// The version that the source writes.
    pub(super) written: u32,
    /// The version at which the target reads.
    pub(super) read: u32,
}

/// A field of one side.
#[derive(Clone, Copy)]
pub(super) struct Alone<'s> {
    pub(super) field: &'s Field,
    /// The table of the other side.
    pub(super) other: &'s Schema,
}

/// Findings, and the place that they are about.
#[derive(Default)]
pub(super) struct Out<'k> {
    pub(super) findings: Vec<Finding>,
    /// What is known of the target's tables beside its own sources.
    pub(super) beside: Option<&'k Knowledge<'k>>,
    section: String,
    idstr: String,
    path: Vec<String>,
    /// How many of the places on the way are only there for some guests.
    uncertain: usize,
    rule: Option<&'static Rule>,
}

/// What a rule says.
pub(super) struct Report<'r> {
    pub(super) severity: Severity,
    pub(super) source: String,
    pub(super) target: String,
    pub(super) message: String,
    pub(super) advice: &'r str,
    pub(super) qemu: Option<String>,
}

impl<'k> Out<'k> {
    pub(super) fn beside(beside: &'k Knowledge<'k>) -> Self {
        Self {
            beside: Some(beside),
            ..Self::default()
        }
    }

    /// Shows `subject` to every rule.
    pub(super) fn show(&mut self, subject: &Subject<'_>) {
        for rule in RULES {
            self.rule = Some(rule);
            if let Some(check) = rule.check {
                check(subject, self);
            }
        }
        self.rule = None;
    }

    pub(super) fn device(&mut self, device: &Device, work: impl FnOnce(&mut Self)) {
        self.section = device.label();
        let idstr = device.section.as_ref().map(|section| &section.idstr);
        idstr
            .unwrap_or(&device.schema.name)
            .clone_into(&mut self.idstr);
        work(self);
    }

    /// Works inside a field or subsection that every guest has, or only some.
    pub(super) fn inside(&mut self, name: &str, certain: bool, work: impl FnOnce(&mut Self)) {
        self.path.push(name.to_owned());
        self.uncertain += usize::from(!certain);
        work(self);
        self.uncertain -= usize::from(!certain);
        self.path.pop();
    }

    /// Works on what may well be the same bytes.
    pub(super) fn perhaps(&mut self, work: impl FnOnce(&mut Self)) {
        self.uncertain += 1;
        work(self);
        self.uncertain -= 1;
    }

    /// The name under which the section is sent.
    pub(super) fn idstr(&self) -> &str {
        &self.idstr
    }

    /// Reports about the place itself. A break in a place that only some guests have is a risk.
    pub(super) fn report(&mut self, report: Report<'_>) {
        let Some(rule) = self.rule else { return };
        let severity = match report.severity {
            Severity::Break if self.uncertain > 0 => Severity::Risk,
            severity => severity,
        };
        self.findings.push(Finding {
            rule: rule.id,
            severity,
            section: self.section.clone(),
            path: self.path.join(" > "),
            offset: None,
            source: report.source,
            target: report.target,
            message: report.message,
            qemu_message: report.qemu.filter(|_| severity != Severity::Note),
            advice: report.advice.to_owned(),
        });
    }

    /// What QEMU says when bytes are left over or missing.
    pub(super) fn footer(&self) -> Option<String> {
        Some(format!("Missing section footer for {}", self.idstr))
    }
}
