//! `vmsd diff` for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::tree_json::SCHEMA_VERSION;
use super::Styles;
use crate::diff::Change;

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

/// The report for programs, see docs/json.md.
#[derive(Serialize)]
pub struct Report<'a> {
    schema_version: u32,
    a: &'a str,
    b: &'a str,
    changes: Vec<Entry<'a>>,
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
    /// The changes between the streams of these names.
    #[must_use]
    pub fn new(a: &'a str, b: &'a str, changes: &'a [Change]) -> Self {
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
        }
    }
}
