//! `vmsd diff` for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::scalar::Count;
use super::tree_json::SCHEMA_VERSION;
use super::Styles;
use crate::diff::Change;
use crate::ram::compare::Changed;

/// Writes the changes, those of one device together.
///
/// # Errors
/// Those of the output.
pub fn text(changes: &[Change], out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles {
        heading,
        good,
        bad,
        name,
        ..
    } = styles;
    let mut device = None;
    for change in changes {
        let Change { path, old, new, .. } = change;
        if path.is_empty() {
            match (old, new) {
                (Some(old), _) => writeln!(out, "{bad}- {}{bad:#}  {old}", change.device)?,
                (None, new) => writeln!(
                    out,
                    "{good}+ {}{good:#}  {}",
                    change.device,
                    new.as_deref().unwrap_or_default()
                )?,
            }
            device = None;
            continue;
        }
        if device != Some(&change.device) {
            writeln!(out, "{heading}{}{heading:#}", change.device)?;
            device = Some(&change.device);
        }
        match (old, new) {
            (Some(old), Some(new)) => {
                writeln!(
                    out,
                    "  {name}{path}{name:#}: {bad}{old}{bad:#} → {good}{new}{good:#}"
                )?;
            }
            (Some(old), None) => writeln!(out, "  {bad}- {path}{bad:#}: {old}")?,
            (None, new) => writeln!(
                out,
                "  {good}+ {path}{good:#}: {}",
                new.as_deref().unwrap_or_default()
            )?,
        }
    }
    Ok(())
}

/// Writes the ranges of memory that differ, those of one block together.
///
/// # Errors
/// Those of the output.
pub fn memory(changes: &[Changed], out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles { heading, name, .. } = styles;
    let mut block = None;
    for change in changes {
        let Changed {
            offset,
            len,
            address,
            ..
        } = change;
        if block != Some(&change.block) {
            writeln!(out, "{heading}ram {}{heading:#}", change.block)?;
            block = Some(&change.block);
        }
        let end = offset + len;
        write!(out, "  {name}[{offset:#x}..{end:#x}]{name:#}: ")?;
        write!(out, "{}", Count(len.div_ceil(4096), "page"))?;
        match address {
            Some(address) => writeln!(out, ", guest {address:#x}..{:#x}", address + len)?,
            None => writeln!(out)?,
        }
    }
    Ok(())
}

/// The report for programs, see docs/json.md.
#[derive(Serialize)]
pub struct Report<'a> {
    schema_version: u32,
    a: &'a str,
    b: &'a str,
    changes: Vec<Entry<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<Vec<MemoryEntry<'a>>>,
}

#[derive(Serialize)]
struct MemoryEntry<'a> {
    block: &'a str,
    offset: u64,
    size: u64,
    guest_address: Option<u64>,
}

#[derive(Serialize)]
struct Entry<'a> {
    device: &'a str,
    path: &'a str,
    change: &'static str,
    old: Option<&'a str>,
    new: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// The changes between the streams of these names; those of memory, where it was compared.
    #[must_use]
    pub fn new(
        a: &'a str,
        b: &'a str,
        changes: &'a [Change],
        memory: Option<&'a [Changed]>,
    ) -> Self {
        let memory_entry = |change: &'a Changed| MemoryEntry {
            block: &change.block,
            offset: change.offset,
            size: change.len,
            guest_address: change.address,
        };
        let entry = |change: &'a Change| Entry {
            device: &change.device,
            path: &change.path,
            change: match (&change.old, &change.new) {
                (Some(_), Some(_)) => "changed",
                (Some(_), None) => "removed",
                (None, _) => "added",
            },
            old: change.old.as_deref(),
            new: change.new.as_deref(),
        };
        Self {
            schema_version: SCHEMA_VERSION,
            a,
            b,
            changes: changes.iter().map(entry).collect(),
            memory: memory.map(|changes| changes.iter().map(memory_entry).collect()),
        }
    }
}
