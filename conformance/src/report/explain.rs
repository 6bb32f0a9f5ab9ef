//! `vmsd explain` for people and for programs.

use std::io::{self, Write};

use serde::Serialize;

use super::scalar::Hex;
use super::tree_json::SCHEMA_VERSION;
use super::Styles;
use crate::diagnose::{Cause, Diagnosis, Place};

/// Writes the causes in order, the place of the first, and what to do.
///
/// # Errors
/// Those of the output.
pub fn text(diagnosis: &Diagnosis, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles {
        heading,
        bad,
        note,
        dim,
        ..
    } = styles;
    if let Some(first) = diagnosis.causes.first() {
        writeln!(
            out,
            "{bad}{}{bad:#}: {heading}{}{heading:#}",
            first.id, first.title
        )?;
    }
    for line in &diagnosis.failure.lines {
        writeln!(out, "  {dim}line {}: {}{dim:#}", line.number, line.text)?;
    }
    if diagnosis.failure.earlier > 0 {
        writeln!(
            out,
            "  {dim}the last of {} failures in this log{dim:#}",
            diagnosis.failure.earlier + 1
        )?;
    }
    let mut shown: Option<&Place> = None;
    for (number, cause) in diagnosis.causes.iter().enumerate() {
        writeln!(out)?;
        one(number + 1, cause, diagnosis.causes.first(), out, styles)?;
        if let Some(place) = cause.place.as_ref().filter(|place| shown != Some(place)) {
            where_it_is(place, out, styles)?;
            shown = Some(place);
        }
    }
    for sentence in &diagnosis.notes {
        writeln!(out, "\n{note}note:{note:#} {sentence}")?;
    }
    Ok(())
}

fn one(
    number: usize,
    cause: &Cause,
    first: Option<&Cause>,
    out: &mut dyn Write,
    styles: &Styles,
) -> io::Result<()> {
    let Styles {
        heading,
        name,
        note,
        ..
    } = styles;
    write!(out, "{number}. {note}{}{note:#}", cause.certainty.name())?;
    if first.is_some_and(|first| first.id != cause.id) {
        write!(out, " {}", cause.id)?;
    }
    if let Some(section) = &cause.section {
        write!(out, "  {heading}{section}{heading:#}")?;
    }
    if let Some(path) = &cause.path {
        write!(out, " > {name}{path}{name:#}")?;
    }
    if let Some(offset) = cause.offset {
        write!(out, "  at {offset:#x}")?;
    }
    writeln!(out, "\n   {}", cause.because)?;
    if cause.rule.is_some() {
        let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
        if cause.source.is_some() || cause.target.is_some() {
            writeln!(
                out,
                "   source: {}\n   target: {}",
                side(&cause.source),
                side(&cause.target)
            )?;
        }
    }
    writeln!(out, "   do: {}", cause.advice)
}

fn where_it_is(place: &Place, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles { dim, bad, .. } = styles;
    if let Some(section) = &place.section {
        writeln!(
            out,
            "   {dim}section {} {}, instance {}, version {}, at {:#x}; body {:#x}, {} bytes{dim:#}",
            section.kind,
            section.name,
            section.instance,
            section.version,
            section.at,
            section.body_at,
            section.len
        )?;
    }
    for row in &place.rows {
        let more = if row.len > row.bytes.len() as u64 {
            " …"
        } else {
            ""
        };
        let bytes = format!("{}{more}", Hex(&row.bytes));
        let mark = if row.here { "▶" } else { " " };
        writeln!(
            out,
            "   {bad}{mark}{bad:#} {dim}{:08x}{dim:#}  {bytes:49}  {}",
            row.offset, row.what
        )?;
    }
    Ok(())
}

/// The report for programs, see docs/json.md.
#[derive(Serialize)]
pub struct Report<'a> {
    schema_version: u32,
    lines: Vec<LineEntry<'a>>,
    errno: Option<&'a str>,
    earlier_failures: usize,
    causes: Vec<Entry<'a>>,
    notes: &'a [String],
}

#[derive(Serialize)]
struct LineEntry<'a> {
    line: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    certainty: &'static str,
    title: &'a str,
    because: &'a str,
    advice: &'a str,
    evidence: &'a [&'static str],
    rule: Option<&'static str>,
    section: Option<&'a str>,
    instance_id: Option<u32>,
    path: Option<&'a str>,
    offset: Option<u64>,
    source: Option<&'a str>,
    target: Option<&'a str>,
    place: Option<PlaceEntry<'a>>,
}

#[derive(Serialize)]
struct PlaceEntry<'a> {
    section: Option<SectionEntry<'a>>,
    bytes: Vec<RowEntry<'a>>,
}

#[derive(Serialize)]
struct SectionEntry<'a> {
    idstr: &'a str,
    instance_id: u32,
    version: u32,
    id: u32,
    r#type: &'static str,
    offset: u64,
    body_offset: u64,
    body_size: u64,
}

#[derive(Serialize)]
struct RowEntry<'a> {
    offset: u64,
    size: u64,
    bytes: String,
    what: &'a str,
    here: bool,
}

impl<'a> Report<'a> {
    /// Of a diagnosis.
    #[must_use]
    pub fn new(diagnosis: &'a Diagnosis) -> Self {
        let lines = diagnosis.failure.lines.iter().map(|line| LineEntry {
            line: line.number,
            text: &line.text,
        });
        Self {
            schema_version: SCHEMA_VERSION,
            lines: lines.collect(),
            errno: diagnosis.failure.errno.as_deref(),
            earlier_failures: diagnosis.failure.earlier,
            causes: diagnosis.causes.iter().map(Entry::new).collect(),
            notes: &diagnosis.notes,
        }
    }
}

impl<'a> Entry<'a> {
    fn new(cause: &'a Cause) -> Self {
        Self {
            id: &cause.id,
            certainty: cause.certainty.name(),
            title: &cause.title,
            because: &cause.because,
            advice: &cause.advice,
            evidence: &cause.evidence,
            rule: cause.rule,
            section: cause.section.as_deref(),
            instance_id: cause.instance,
            path: cause.path.as_deref(),
            offset: cause.offset,
            source: cause.source.as_deref(),
            target: cause.target.as_deref(),
            place: cause.place.as_ref().map(PlaceEntry::new),
        }
    }
}

impl<'a> PlaceEntry<'a> {
    fn new(place: &'a Place) -> Self {
        let rows = place.rows.iter().map(|row| RowEntry {
            offset: row.offset,
            size: row.len,
            bytes: row.bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            what: &row.what,
            here: row.here,
        });
        Self {
            section: place.section.as_ref().map(|section| SectionEntry {
                idstr: &section.name,
                instance_id: section.instance,
                version: section.version,
                id: section.id,
                r#type: section.kind,
                offset: section.at,
                body_offset: section.body_at,
                body_size: section.len,
            }),
            bytes: rows.collect(),
        }
    }
}
