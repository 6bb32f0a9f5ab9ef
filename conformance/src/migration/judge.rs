//! Whether a guest can move between two sides: by its own bytes where both have a stream, by their schemas where one has not.

use std::sync::{Arc, OnceLock};

use vmsd_schema::accept;
use vmsd_schema::compat::{check_beside, Finding, Knowledge, Origin};
use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::decode::typed::Registry;
use vmsd_schema::schema::{Dialect, SchemaSet};
use vmsd_schema::stream::{Parser, SectionKind};

use crate::migration::possible_cpus::possible_cpus;
use crate::migration::side::Side;
use crate::migration::source;
use crate::mirrors;

/// What verdicts are made with: the built-in mirrors, or nothing.
#[derive(Debug, Default)]
pub struct Judge {
    registry: Registry,
    /// The mirrors' tables for each family of versions, made when they are first needed.
    tables: Option<[OnceLock<SchemaSet>; Dialect::ALL.len()]>,
}

/// A side, read.
#[derive(Debug)]
pub struct Reading<'s> {
    side: &'s Side,
    machine: Option<Machine<'s>>,
    qemu: Option<Dialect>,
    judge: &'s Judge,
    /// What is known of its QEMU; gathered when something is to be loaded into it.
    knowledge: OnceLock<Knowledge<'s>>,
    /// All its sources as one; made when it is first needed.
    merged: OnceLock<SchemaSet>,
    /// How many CPUs it can have; looked for when something is to be loaded into it.
    max_cpus: OnceLock<Option<u64>>,
}

impl Judge {
    /// With the built-in mirrors, which know tables of several QEMU versions.
    #[must_use]
    pub fn with_mirrors() -> Self {
        Self {
            registry: mirrors::registry(),
            tables: Some(Default::default()),
        }
    }

    /// The mirrors that read what a stream does not describe.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Reads the stream of a side.
    #[must_use]
    pub fn read<'s>(&'s self, side: &'s Side) -> Reading<'s> {
        let read = |bytes| Machine::read(bytes, Parser::new(), &self.registry, Options::default());
        let machine = side.stream.as_deref().map(read);
        let qemu = version(machine.as_ref(), &side.sets);
        Reading {
            side,
            machine,
            qemu,
            judge: self,
            knowledge: OnceLock::new(),
            merged: OnceLock::new(),
            max_cpus: OnceLock::new(),
        }
    }

    /// Reads several sides at once, on as many threads, to load each into each.
    #[must_use]
    pub fn read_all<'s>(&'s self, sides: &'s [Side]) -> Vec<Reading<'s>> {
        let whole = |side| {
            let reading = self.read(side);
            reading.knowledge();
            reading
        };
        std::thread::scope(|scope| {
            let start = |side| scope.spawn(move || whole(side));
            let threads: Vec<_> = sides.iter().map(start).collect();
            let joined = threads.into_iter().zip(sides);
            let done =
                joined.map(|(thread, side)| thread.join().unwrap_or_else(|_| self.read(side)));
            done.collect()
        })
    }

    /// The mirrors' tables as a family of versions has them; of an unknown one, as the newest does.
    fn tables(&self, qemu: Option<Dialect>) -> Option<&SchemaSet> {
        let [.., newest] = Dialect::ALL;
        let qemu = qemu.unwrap_or(newest);
        let place = Dialect::ALL.iter().position(|dialect| *dialect == qemu)?;
        let slot = self.tables.as_ref()?.get(place)?;
        Some(slot.get_or_init(|| source::builtin(Some(qemu))))
    }
}

/// What stands between `source` and `target`.
#[must_use]
pub fn check(source: &Reading<'_>, target: &Reading<'_>) -> Vec<Finding> {
    let (Some(from), Some(to)) = (&source.machine, &target.machine) else {
        return check_beside(source.schemas(), target.schemas(), target.knowledge());
    };
    let source = accept::Source {
        machine: from,
        data: source.side.stream.as_deref().unwrap_or_default(),
    };
    let target = accept::Target {
        machine: to,
        knowledge: target.knowledge(),
        qemu: target.qemu.unwrap_or(Dialect::Qemu10_0),
        max_cpus: target.max_cpus(),
    };
    accept::check(&source, &target)
}

impl<'s> Reading<'s> {
    /// What reports call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.side.name
    }

    /// What is wrong with its stream, and does not keep it from being used.
    pub fn warnings(&self) -> impl Iterator<Item = String> + '_ {
        let machine = self.machine.iter();
        machine
            .flat_map(|machine| machine.stopped.iter().chain(&machine.problems))
            .map(ToString::to_string)
    }

    /// What is known of its QEMU beside its stream.
    fn knowledge(&self) -> &Knowledge<'s> {
        self.knowledge.get_or_init(|| {
            let mut knowledge = Knowledge::default();
            let side: &'s Side = self.side;
            for set in &side.sets {
                knowledge.add(set, Origin::Version);
            }
            let judge: &'s Judge = self.judge;
            if let Some(tables) = judge.tables(self.qemu) {
                knowledge.add(tables, Origin::Mirrors);
            }
            knowledge
        })
    }

    /// How many CPUs it can have: as whoever asks knows, or as its firmware tables say.
    fn max_cpus(&self) -> Option<u64> {
        let data = self.side.stream.as_deref().unwrap_or_default();
        let tables = || possible_cpus(self.machine.as_ref()?, data);
        let max_cpus = || self.side.max_cpus.or_else(tables);
        *self.max_cpus.get_or_init(max_cpus)
    }

    /// What all its sources tell.
    fn schemas(&self) -> &SchemaSet {
        self.merged.get_or_init(|| {
            let stream = self.machine.as_ref().map(Machine::schemas);
            let all = stream
                .into_iter()
                .chain(self.side.sets.iter().map(|set| set.as_ref().clone()));
            let merged = all.reduce(|merged, set| merged.merged(&set).0);
            merged.unwrap_or_default()
        })
    }
}

/// The family of QEMU versions of a side: what its stream's description looks like, and where that leaves it open, the order of
/// its sections; or what a dump is called.
fn version(machine: Option<&Machine<'_>>, sets: &[Arc<SchemaSet>]) -> Option<Dialect> {
    let mut sections = machine.iter().flat_map(|machine| &machine.sections);
    let first = sections.find(|section| section.kind == SectionKind::Full);
    // 11.x gave the interrupt controller a priority of its own.
    if first.is_some_and(|section| section.name == "apic") {
        return Some(Dialect::Qemu11_1);
    }
    let described = machine.and_then(|machine| machine.description.as_ref());
    let told = sets
        .iter()
        .find_map(|set| Dialect::of_qemu(set.qemu.as_deref()?));
    described.map(|description| description.dialect).or(told)
}
