//! `vmsd inspect` for people: what a stream is, its sections in order, its memory, and what is wrong with it.

use std::io::{self, Write};

use vmsd_schema::schema::{DeviceForm, Dialect};
use vmsd_schema::stream::{PageSizeSource, SectionKind};

use super::inspect_json::measured_by;
use super::passes;
use super::scalar::Count;
use super::Styles;
use crate::files::container::Layer;
use crate::ram::{BlockTally, Pages};
use crate::reading::outline::{Item, SectionItem};
use crate::report::subject::Subject;

/// Writes the report.
///
/// # Errors
/// Those of the output.
pub fn text(subject: &Subject<'_>, out: &mut dyn Write, styles: &Styles) -> io::Result<()> {
    let mut report = Report { out, styles };
    report.head(subject)?;
    report.items(subject)?;
    report.ram(subject)?;
    report.findings(subject)
}

struct Report<'o> {
    out: &'o mut dyn Write,
    styles: &'o Styles,
}

impl Report<'_> {
    fn head(&mut self, subject: &Subject<'_>) -> io::Result<()> {
        let Subject { outline, .. } = subject;
        self.fact(
            "stream",
            &format!("{}, {}", Count(outline.len, "byte"), container(subject)),
        )?;
        self.layers(subject.layers)?;
        match &outline.configuration {
            Some(settings) => {
                self.fact("machine", &settings.machine)?;
                if !settings.capabilities.is_empty() {
                    self.fact("capabilities", &settings.capabilities.join(", "))?;
                }
                if let Some(uuid) = &settings.uuid {
                    self.fact("uuid", &uuid_text(uuid))?;
                }
            }
            None => self.fact(
                "machine",
                "unknown: the stream has no configuration section",
            )?,
        }
        if let Some(size) = outline.page_size {
            self.fact(
                "page size",
                &format!("{} ({})", size.bytes, page_size_source(size.source)),
            )?;
        }
        self.fact(
            "footers",
            if outline.footers == Some(false) {
                "no"
            } else {
                "yes"
            },
        )?;
        self.fact("description", &description(subject))?;
        if let Some(behind) = &outline.trailing {
            let kind = if behind.padding {
                "zeros"
            } else {
                "bytes that belong to no stream"
            };
            self.fact(
                "behind the end",
                &format!("{} {kind} at {:#x}", behind.len, behind.at),
            )?;
        }
        Ok(())
    }

    /// What the headers of the containers say.
    fn layers(&mut self, layers: &[Layer]) -> io::Result<()> {
        for layer in layers {
            for (name, value) in layer.facts() {
                self.fact("", &format!("{}: {name} {value}", layer.name()))?;
            }
        }
        Ok(())
    }

    fn fact(&mut self, name: &str, value: &str) -> io::Result<()> {
        let Styles { name: style, .. } = self.styles;
        writeln!(self.out, "{style}{name:<15}{style:#} {value}")
    }

    fn items(&mut self, subject: &Subject<'_>) -> io::Result<()> {
        let Styles { heading, .. } = self.styles;
        writeln!(self.out)?;
        writeln!(
            self.out,
            "{heading}{:>12} {:>10}  {:<7} {:>5} {:>8} {:>7}  {:<11}  name{heading:#}",
            "offset", "body", "type", "id", "instance", "version", "measured by"
        )?;
        for item in &subject.outline.items {
            match item {
                Item::Section(section) => self.section(section)?,
                Item::Command { at, name, detail } => {
                    writeln!(
                        self.out,
                        "{at:>#12x} {:>10}  COMMAND {:>37} {}",
                        "",
                        "",
                        format!("{name} {detail}").trim_end()
                    )?;
                }
                Item::PackageEnd { at, left: 0 } => {
                    writeln!(self.out, "{at:>#12x} {:>10}  package ends", "")?
                }
                Item::PackageEnd { at, left } => {
                    writeln!(self.out, "{at:>#12x} {left:>10}  left in the package")?
                }
                Item::Eof { at } => writeln!(self.out, "{at:>#12x} {:>10}  EOF", "")?,
            }
        }
        Ok(())
    }

    fn section(&mut self, item: &SectionItem) -> io::Result<()> {
        let Styles {
            heading, note, dim, ..
        } = self.styles;
        let by = measured_by(item.grammar, item.measured.as_ref());
        let style = if item.is_guessed() { *note } else { *dim };
        let SectionItem {
            at,
            body_len,
            section,
            ..
        } = item;
        write!(
            self.out,
            "{at:>#12x} {body_len:>10}  {:<7} {:>5} {:>8} {:>7}  {style}{by:<11}{style:#}  {heading}{}{heading:#}",
            kind(item.kind),
            section.id,
            section.instance,
            section.version,
            section.idstr()
        )?;
        if item.rounds > 1 {
            write!(self.out, " {dim}× {}{dim:#}", item.rounds)?;
        }
        writeln!(self.out)
    }

    fn ram(&mut self, subject: &Subject<'_>) -> io::Result<()> {
        let ram = &subject.outline.ram;
        if ram.blocks.is_empty() {
            return Ok(());
        }
        let Styles { heading, .. } = self.styles;
        writeln!(self.out)?;
        writeln!(
            self.out,
            "{heading}{:>12} {:>14}  {:<32}  pages{heading:#}",
            "offset", "bytes", "RAM block"
        )?;
        for block in &ram.blocks {
            self.block(block)?;
        }
        let total = ram.total.unwrap_or_default();
        writeln!(
            self.out,
            "{:>12} {total:>14}  {:<32}  {}",
            "",
            "all blocks",
            kinds(ram.pages())
        )?;
        if ram.flushes > 0 {
            writeln!(
                self.out,
                "pages travel on other channels too: {}",
                Count(ram.flushes, "multifd flush mark")
            )?;
        }
        passes::text(ram, self.out, self.styles)
    }

    fn block(&mut self, block: &BlockTally) -> io::Result<()> {
        let Styles { dim, .. } = self.styles;
        let BlockTally {
            at,
            name,
            used_length,
            ..
        } = block;
        write!(
            self.out,
            "{at:>#12x} {used_length:>14}  {name:<32}  {}",
            kinds(block.pages)
        )?;
        if let Some(size) = block.page_size {
            write!(self.out, " {dim}page size {size:#x}{dim:#}")?;
        }
        if let Some(address) = block.guest_address {
            write!(
                self.out,
                " {dim}shared, at guest address {address:#x}{dim:#}"
            )?;
        }
        if let Some(mapped) = &block.mapped {
            write!(
                self.out,
                " {dim}bitmap at {:#x}, pages at {:#x}{dim:#}",
                mapped.bitmap_offset, mapped.pages_offset
            )?;
        }
        writeln!(self.out)
    }

    fn findings(&mut self, subject: &Subject<'_>) -> io::Result<()> {
        let Styles { note, dim, .. } = self.styles;
        if !subject.outline.findings.is_empty() {
            writeln!(self.out)?;
        }
        for finding in &subject.outline.findings {
            writeln!(self.out, "{note}finding:{note:#} {finding}")?;
            writeln!(self.out, "  {dim}= format: {}{dim:#}", finding.section())?;
        }
        Ok(())
    }
}

/// Pages by kind.
#[must_use]
pub fn kinds(pages: Pages) -> String {
    let kinds: Vec<String> = pages
        .kinds()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    if kinds.is_empty() {
        "none".to_owned()
    } else {
        kinds.join(", ")
    }
}

/// QEMU's name of a section type, without its prefix.
#[must_use]
pub fn kind(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Start => "START",
        SectionKind::Part => "PART",
        SectionKind::End => "END",
        SectionKind::Full => "FULL",
    }
}

fn container(subject: &Subject<'_>) -> String {
    let names = subject
        .layers
        .iter()
        .map(Layer::name)
        .collect::<Vec<_>>()
        .join(" > ");
    match subject.file_len {
        _ if names.is_empty() => "as it is".to_owned(),
        Some(len) => format!("{names} in a file of {}", Count(len, "byte")),
        None => names,
    }
}

fn description(subject: &Subject<'_>) -> String {
    let Some(found) = subject.description else {
        return match subject.outline.description {
            Some(text) => format!(
                "{} at {:#x} that cannot be used",
                Count(text.len as u64, "byte"),
                text.at
            ),
            None => "none".to_owned(),
        };
    };
    let opaque = found
        .devices
        .iter()
        .filter(|device| matches!(device.form, DeviceForm::Opaque { .. }))
        .count();
    let mut text = match subject.outline.description {
        Some(text) => format!("{} at {:#x}, ", Count(text.len as u64, "byte"), text.at),
        None => "in a debug-migration section, ".to_owned(),
    };
    text += &Count(found.devices.len() as u64, "device").to_string();
    if opaque > 0 {
        text += &format!(", {opaque} of them opaque");
    }
    if let Some(dialect) = subject.dialect {
        text += &format!(", as QEMU {} writes it", dialect_name(dialect));
    }
    text
}

/// The versions of QEMU that write a dialect.
#[must_use]
pub fn dialect_name(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Qemu5_2 => "up to 5.2",
        Dialect::Qemu7_2 => "6.0 to 9.1",
        Dialect::Qemu10_0 => "9.2 to 10.x",
        Dialect::Qemu11_1 => "11.x",
    }
}

/// Who says how large a page is.
#[must_use]
pub fn page_size_source(source: PageSizeSource) -> &'static str {
    match source {
        PageSizeSource::Assumed => "assumed",
        PageSizeSource::Caller => "the description says so",
        PageSizeSource::Configuration => "the configuration says so",
        PageSizeSource::Advise => "POSTCOPY_ADVISE says so",
        _ => "the stream says so",
    }
}

/// A UUID in its usual form.
#[must_use]
pub fn uuid_text(uuid: &[u8; 16]) -> String {
    let digits = super::tree_json::hex(uuid);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [
        part(0, 8),
        part(8, 12),
        part(12, 16),
        part(16, 20),
        part(20, 32),
    ]
    .join("-")
}
