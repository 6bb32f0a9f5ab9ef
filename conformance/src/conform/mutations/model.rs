//! The model as a judge: the machine's own stream is the target, each copy a source.

use std::panic::{self, AssertUnwindSafe};

use vmsd_schema::accept;
use vmsd_schema::compat::{Knowledge, Origin, Severity, Verdict};
use vmsd_schema::decode::machine::{Machine, Mirrors, Options};
use vmsd_schema::decode::typed::Registry;
use vmsd_schema::schema::{Dialect, SchemaSet};
use vmsd_schema::stream::Parser;

use crate::migration::source;
use crate::mirrors;
use crate::qemu::QemuError;

/// What the model is made of.
pub(super) struct Sources {
    pub(super) stream: Vec<u8>,
    pub(super) dump: Option<Vec<u8>>,
    pub(super) version: String,
}

/// What the model says of a copy.
#[derive(Clone, Debug, Default)]
pub struct Opinion {
    /// Its verdict.
    pub verdict: Verdict,
    /// The rule of the finding that it comes from.
    pub rule: String,
    /// Where that is.
    pub place: String,
    /// What QEMU would say.
    pub words: String,
    /// Whether it crashed instead.
    pub panicked: bool,
}

/// The loader of a machine, as far as it is known.
pub(super) struct Model<'s> {
    registry: Registry,
    machine: Machine<'s>,
    sets: Vec<(SchemaSet, Origin)>,
    qemu: Dialect,
}

impl<'s> Model<'s> {
    pub(super) fn new(sources: &'s Sources) -> Result<Self, QemuError> {
        let registry = mirrors::registry();
        let machine = Machine::read(
            &sources.stream,
            Parser::new(),
            &registry,
            Options::default(),
        );
        if let Some(error) = &machine.stopped {
            return Err(QemuError::new(format!(
                "its own stream is not read: {error}"
            )));
        }
        let qemu = Dialect::of_qemu(&sources.version)
            .ok_or_else(|| QemuError::new(format!("no QEMU {} is known", sources.version)))?;
        let mut sets = vec![(source::builtin(Some(qemu)), Origin::Mirrors)];
        if let Some(dump) = &sources.dump {
            let set = SchemaSet::from_json(dump)
                .map_err(|error| QemuError::new(format!("its dump is not read: {error}")))?;
            sets.push((set, Origin::Version));
        }
        Ok(Self {
            registry,
            machine,
            sets,
            qemu,
        })
    }

    pub(super) fn registry(&self) -> &dyn Mirrors {
        &self.registry
    }

    pub(super) fn machine_type(&self) -> String {
        let configuration = self.machine.configuration.as_ref();
        configuration.map_or_else(String::new, |found| found.machine.clone())
    }

    /// What it says of `bytes`. A crash is its fault, whatever the bytes are.
    pub(super) fn opinion(&self, bytes: &[u8]) -> Opinion {
        let judged = panic::catch_unwind(AssertUnwindSafe(|| self.judge(bytes)));
        judged.unwrap_or_else(|_| Opinion {
            panicked: true,
            ..Opinion::default()
        })
    }

    fn judge(&self, bytes: &[u8]) -> Opinion {
        let machine = Machine::read(bytes, Parser::new(), &self.registry, Options::default());
        let mut knowledge = Knowledge::default();
        for (set, origin) in &self.sets {
            knowledge.add(set, *origin);
        }
        let source = accept::Source {
            machine: &machine,
            data: bytes,
        };
        let target = accept::Target {
            machine: &self.machine,
            knowledge: &knowledge,
            qemu: self.qemu,
            max_cpus: None,
        };
        let findings = accept::check(&source, &target);
        let verdict = Verdict::of(&findings);
        let worst = findings
            .iter()
            .filter(|finding| finding.severity > Severity::Note)
            .max_by_key(|finding| (finding.severity, std::cmp::Reverse(finding.offset)));
        let mut opinion = Opinion {
            verdict,
            ..Opinion::default()
        };
        if let Some(finding) = worst {
            opinion.rule = finding.rule.to_owned();
            opinion.place = [finding.section.as_str(), finding.path.as_str()].join(" > ");
            opinion.words = finding.qemu_message.clone().unwrap_or_default();
        }
        opinion
    }
}
