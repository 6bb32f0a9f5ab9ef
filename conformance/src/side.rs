//! One side of a migration: a stream whose bytes are judged, and what other sources know of its QEMU.

use std::path::PathBuf;

use vmsd_schema::accept::{self, Knowledge, Origin};
use vmsd_schema::compat::Finding;
use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::decode::typed::Registry;
use vmsd_schema::schema::{Dialect, SchemaSet};
use vmsd_schema::stream::{Parser, SectionKind};

use crate::source::{self, Failure};

/// What is known of one side.
#[derive(Debug, Default)]
pub struct Side {
    /// What to call it.
    pub name: String,
    /// The bytes of a stream; the first one given.
    pub stream: Option<Vec<u8>>,
    /// Schemas of its other sources.
    pub sets: Vec<SchemaSet>,
}

impl Side {
    /// Reads the sources of a side.
    ///
    /// # Errors
    /// The name of a source that cannot be used, and why.
    pub fn load(paths: &[PathBuf]) -> Result<Self, (String, Failure)> {
        let mut side = Self::default();
        for path in paths {
            let name = path.display().to_string();
            let loaded = source::with_bytes(path, |bytes| side.take(bytes));
            loaded
                .map_err(Failure::Io)
                .and_then(|taken| taken)
                .map_err(|failure| (name.clone(), failure))?;
            if !side.name.is_empty() {
                side.name.push_str(" + ");
            }
            side.name.push_str(&name);
        }
        Ok(side)
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        const MAGIC: &[u8] = b"QEVM";
        if self.stream.is_none() && bytes.starts_with(MAGIC) {
            self.stream = Some(bytes.to_vec());
            return Ok(());
        }
        let (_, set, _) = source::parse(bytes)?;
        self.sets.push(set);
        Ok(())
    }
}

/// What stands between `source` and `target`. The built-in mirrors take part if they are given.
///
/// # Errors
/// A sentence, where a side lacks what a check needs.
pub fn check(
    source: &Side,
    target: &Side,
    mirrors: Option<&Registry>,
) -> Result<Vec<Finding>, String> {
    let (Some(sent), Some(local)) = (&source.stream, &target.stream) else {
        return Err("a check needs a stream of each side".to_owned());
    };
    let none = Registry::default();
    let registry = mirrors.unwrap_or(&none);
    let read = |bytes| Machine::read(bytes, Parser::new(), registry, Options::default());
    let (from, to) = (read(sent), read(local));
    let builtin = mirrors.map(|_| source::builtin(None));
    let mut knowledge = Knowledge::default();
    for set in &target.sets {
        knowledge.add(set, Origin::Version);
    }
    if let Some(set) = &builtin {
        knowledge.add(set, Origin::Mirrors);
    }
    let target = accept::Target {
        machine: &to,
        knowledge: &knowledge,
        qemu: version(&to, &target.sets),
    };
    let source = accept::Source {
        machine: &from,
        data: sent,
    };
    Ok(accept::check(&source, &target))
}

/// The family of QEMU versions that wrote a stream: what its description looks like, and where that leaves it open, the
/// order of its sections.
fn version(machine: &Machine<'_>, sets: &[SchemaSet]) -> Dialect {
    let described = machine
        .description
        .as_ref()
        .map(|description| description.dialect);
    // 11.x gave the interrupt controller a priority of its own.
    let first = machine
        .sections
        .iter()
        .find(|section| section.kind == SectionKind::Full);
    if first.is_some_and(|section| section.name == "apic") {
        return Dialect::Qemu11_1;
    }
    let told = sets
        .iter()
        .find_map(|set| Dialect::of_qemu(set.qemu.as_deref()?));
    described.or(told).unwrap_or(Dialect::Qemu10_0)
}
