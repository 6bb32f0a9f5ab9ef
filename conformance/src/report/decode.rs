//! `vmsd decode` for people: a tree for each device.

use std::io::{self, Write};

use super::inspect::{kind, kinds, uuid_text};
use super::inspect_json::measured_by;
use super::scalar::{Count, Hex};
use super::subject::Subject;
use super::tree::Tree;
use super::Styles;
use crate::reading::contents::{Contents, Device};

/// Writes the configuration and the trees of `devices`.
///
/// # Errors
/// Those of the output.
pub fn text(
    devices: &[&Device<'_>],
    out: &mut dyn Write,
    styles: &Styles,
    full: bool,
) -> io::Result<()> {
    for device in devices {
        one(device, out, styles, full)?;
    }
    Ok(())
}

/// The machine and what both sides must agree on.
///
/// # Errors
/// Those of the output.
pub fn configuration(
    subject: &Subject<'_>,
    out: &mut dyn Write,
    styles: &Styles,
) -> io::Result<()> {
    let Styles { heading, .. } = styles;
    let Some(settings) = &subject.outline.configuration else {
        return Ok(());
    };
    writeln!(
        out,
        "{heading}configuration{heading:#} at {:#x}",
        settings.at
    )?;
    writeln!(out, "  {:<22} {}", "machine", settings.machine)?;
    if let Some(bits) = settings.page_bits {
        writeln!(out, "  {:<22} {bits}", "target-page-bits")?;
    }
    if !settings.capabilities.is_empty() {
        writeln!(
            out,
            "  {:<22} {}",
            "capabilities",
            settings.capabilities.join(", ")
        )?;
    }
    if let Some(uuid) = &settings.uuid {
        writeln!(out, "  {:<22} {}", "uuid", uuid_text(uuid))?;
    }
    Ok(())
}

/// The RAM blocks.
///
/// # Errors
/// Those of the output.
pub fn ram(subject: &Subject<'_>, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let Styles { name, dim, .. } = styles;
    for block in &subject.outline.ram.blocks {
        writeln!(
            out,
            "  {name}{:<32}{name:#} {}  {dim}{}{dim:#}",
            block.name,
            Count(block.used_length, "byte"),
            kinds(block.pages)
        )?;
    }
    Ok(())
}

fn one(device: &Device<'_>, out: &mut dyn Write, styles: &Styles, full: bool) -> io::Result<()> {
    let Styles {
        heading, dim, note, ..
    } = styles;
    let item = device.item;
    let by = measured_by(item.grammar, item.measured.as_ref());
    writeln!(
        out,
        "{heading}{}{heading:#} {} {dim}instance {}, version {}, {} at {:#x}, by {by}{dim:#}",
        device.idstr,
        kind(item.kind),
        item.section.instance,
        item.section.version,
        Count(item.body_len, "byte"),
        item.body_at
    )?;
    match &device.contents {
        Contents::Values(body) => Tree { out, styles, full }.body(body, 1),
        Contents::Opaque { bytes, reason, .. } => {
            writeln!(out, "  {note}opaque: {reason}{note:#}")?;
            let shown = if full { bytes.len() } else { 64 };
            writeln!(
                out,
                "  {}{}",
                Hex(bytes.get(..shown).unwrap_or(bytes)),
                if bytes.len() > shown { " …" } else { "" }
            )
        }
        Contents::Live { .. } => match &item.note {
            Some(note) => writeln!(out, "  {note}"),
            None => Ok(()),
        },
        Contents::Ram => Ok(()),
    }
}
