//! A stream's bytes at the left, what each is at the right.
//!
//! In go the steps of a walk, in order; rows come out as they are known, so a stream of any length can be shown.

mod fields;
mod ram;

use std::fmt::Display;
use std::io::{self, Write};

use vmsd_schema::decode::{decode, End};
use vmsd_schema::schema::Description;
use vmsd_schema::stream::{
    CommandRecord, Configuration, ConfigurationBody, DescriptionText, Event, SectionHeader,
};
use vmsd_schema::wire::Reader;

use self::fields::Fields;
use self::ram::Run;
use super::inspect::{kind, uuid_text};
use super::scalar::Hex;
use super::Styles;
use crate::reading::lay_open::explain;
use crate::reading::measure::Measured;
use crate::reading::walk::{Step, Thing};

/// What is shown, and how far.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Every byte of buffers, texts and records.
    pub full: bool,
    /// Every page record.
    pub ram: bool,
}

/// Writes rows.
pub struct Dump<'o> {
    out: &'o mut dyn Write,
    styles: &'o Styles,
    options: Options,
    /// Page records behind the first of a section, which are counted and not shown.
    pages: Option<Run>,
}

/// Bytes of one row.
const WIDTH: usize = 16;
/// Columns of the bytes of one row.
const COLUMNS: usize = WIDTH * 3 - 1;
/// Rows of one thing that are shown if not all are asked for.
const ROWS: usize = 2;

impl<'o> Dump<'o> {
    /// A dump that writes to `out`.
    pub fn new(out: &'o mut dyn Write, styles: &'o Styles, options: Options) -> Self {
        Self {
            out,
            styles,
            options,
            pages: None,
        }
    }

    /// Shows one step of a walk.
    ///
    /// # Errors
    /// Those of the output.
    pub fn step(&mut self, step: &Step<'_>) -> io::Result<()> {
        match &step.thing {
            Thing::Event(event) => self.event(event, step),
            Thing::Body {
                at,
                section,
                measure,
                form,
            } => match (measure.by.layout(*form), &measure.by) {
                (Some(layout), _) => {
                    let idstr = section.idstr().to_string();
                    let explained = explain(&idstr, layout, *at, step.raw);
                    self.body(explained.as_ref().unwrap_or(layout), *at, step.raw)
                }
                (None, Measured::Guessed(_)) => self.opaque(
                    *at,
                    step.raw,
                    "nothing describes them; the end was searched for",
                ),
                (None, _) => self.opaque(*at, step.raw, "an old-style handler's"),
            },
        }
    }

    /// One row without bytes.
    pub(super) fn note(&mut self, at: u64, note: &dyn Display) -> io::Result<()> {
        let dim = self.styles.dim;
        writeln!(
            self.out,
            "{dim}{at:08x}{dim:#}  {:COLUMNS$}  {dim}{note}{dim:#}",
            ""
        )
    }

    /// The bytes of one thing, with its name behind the first row.
    pub(super) fn bytes(&mut self, at: u64, bytes: &[u8], what: &dyn Display) -> io::Result<()> {
        self.flush()?;
        let dim = self.styles.dim;
        if bytes.is_empty() {
            return self.note(at, what);
        }
        let rows = bytes.len().div_ceil(WIDTH);
        for (index, row) in bytes.chunks(WIDTH).enumerate() {
            let place = at + (index * WIDTH) as u64;
            if index >= ROWS && rows > ROWS + 1 && !self.options.full {
                let left = bytes.len() - index * WIDTH;
                return writeln!(self.out, "{dim}{place:08x}  … {left} more bytes{dim:#}");
            }
            let row = Hex(row).to_string();
            match index {
                0 => writeln!(self.out, "{dim}{place:08x}{dim:#}  {row:COLUMNS$}  {what}")?,
                _ => writeln!(self.out, "{dim}{place:08x}{dim:#}  {row}")?,
            }
        }
        Ok(())
    }

    /// Cuts `bytes` into parts and names each.
    fn parts(&mut self, at: u64, bytes: &[u8], parts: &[(usize, String)]) -> io::Result<()> {
        let mut passed = 0;
        for (len, what) in parts {
            let end = bytes.len().min(passed + len);
            self.bytes(
                at + passed as u64,
                bytes.get(passed..end).unwrap_or_default(),
                what,
            )?;
            passed = end;
        }
        match bytes.get(passed..) {
            Some(rest) if !rest.is_empty() => self.bytes(at + passed as u64, rest, &"rest"),
            _ => Ok(()),
        }
    }

    fn event(&mut self, event: &Event<'_>, step: &Step<'_>) -> io::Result<()> {
        let (at, raw) = (event.at(), step.raw);
        match event {
            Event::Header { version, .. } => self.parts(
                at,
                raw,
                &[
                    (4, "file magic \"QEVM\"".into()),
                    (4, format!("file version {version}")),
                ],
            ),
            Event::Configuration(configuration) => self.configuration(configuration, raw),
            Event::Section(header) => self.section(header, raw),
            Event::Ram(record) => self.ram(record, step),
            Event::Live(record) => {
                let text = format!("{:?}", record.live);
                let name = text
                    .split(['(', '{'])
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned();
                self.bytes(at, raw, &format!("record {name}"))
            }
            Event::SectionEnd(end) if end.footer => self.parts(
                at,
                raw,
                &[
                    (1, "section footer QEMU_VM_SECTION_FOOTER".into()),
                    (4, format!("section id {}", end.section.id)),
                ],
            ),
            Event::Command(command) => self.command(command, raw),
            Event::PackagedEnd { .. } => self.bytes(at, raw, &"package ends"),
            Event::Eof { .. } => self.bytes(at, raw, &"section type QEMU_VM_EOF"),
            Event::Description(text) => self.description(text, raw),
            Event::Trailing(trailing) => {
                let what = if trailing.is_padding() {
                    "zeros behind the end"
                } else {
                    "bytes behind the end"
                };
                self.bytes(at, raw, &what)
            }
            _ => Ok(()),
        }
    }

    fn configuration(&mut self, configuration: &Configuration<'_>, raw: &[u8]) -> io::Result<()> {
        let at = configuration.at;
        let name = configuration.machine;
        let head = [
            (1, "section type QEMU_VM_CONFIGURATION".to_owned()),
            (4, format!("machine name length {}", name.as_bytes().len())),
            (name.as_bytes().len(), format!("machine name \"{name}\"")),
        ];
        let len: usize = head.iter().map(|(len, _)| len).sum();
        self.parts(at, raw.get(..len).unwrap_or(raw), &head)?;
        let ends = configuration
            .subsections
            .iter()
            .skip(1)
            .map(|next| next.at)
            .chain([at + raw.len() as u64]);
        for (subsection, end) in configuration.subsections.iter().zip(ends) {
            let from = usize::try_from(subsection.at - at).unwrap_or(raw.len());
            let to = usize::try_from(end - at).unwrap_or(raw.len());
            let what = match &subsection.body {
                ConfigurationBody::TargetPageBits(bits) => format!("target page bits {bits}"),
                ConfigurationBody::Capabilities(names) => {
                    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
                    format!("capabilities {}", names.join(", "))
                }
                ConfigurationBody::Uuid(uuid) => format!("uuid {}", uuid_text(uuid)),
                _ => "unknown".to_owned(),
            };
            self.subsection_header(subsection.at, raw.get(from..to).unwrap_or_default(), &what)?;
        }
        Ok(())
    }

    /// A subsection's header, and behind it what follows it under a name of its own.
    pub(super) fn subsection_header(&mut self, at: u64, raw: &[u8], body: &str) -> io::Result<()> {
        let len = raw.get(1).map_or(0, |len| usize::from(*len));
        let name = String::from_utf8_lossy(raw.get(2..2 + len).unwrap_or_default()).into_owned();
        let version = raw
            .get(2 + len..6 + len)
            .and_then(|bytes| bytes.first_chunk::<4>())
            .copied();
        let mut parts = vec![
            (1, "subsection QEMU_VM_SUBSECTION".to_owned()),
            (1, format!("subsection name length {len}")),
            (len, format!("subsection name \"{name}\"")),
            (
                4,
                format!(
                    "subsection version {}",
                    u32::from_be_bytes(version.unwrap_or_default())
                ),
            ),
        ];
        if raw.len() > 6 + len {
            parts.push((raw.len() - 6 - len, body.to_owned()));
        }
        self.parts(at, raw, &parts)
    }

    /// A section's header.
    ///
    /// # Errors
    /// Those of the output.
    pub fn section(&mut self, header: &SectionHeader, raw: &[u8]) -> io::Result<()> {
        let Styles { heading, .. } = self.styles;
        let section = &header.section;
        let idstr = section.idstr();
        let mut parts = vec![
            (
                1,
                format!("section type QEMU_VM_SECTION_{}", kind(header.kind)),
            ),
            (4, format!("section id {} ({idstr})", section.id)),
        ];
        if header.kind.names_the_section() {
            let len = idstr.as_bytes().len();
            parts.extend([
                (1, format!("name length {len}")),
                (len, format!("name \"{heading}{idstr}{heading:#}\"")),
                (4, format!("instance {}", section.instance)),
                (4, format!("version {}", section.version)),
            ]);
            if let Some((_, what)) = parts.get_mut(1) {
                *what = format!("section id {}", section.id);
            }
        }
        self.parts(header.at, raw, &parts)
    }

    fn command(&mut self, record: &CommandRecord<'_>, raw: &[u8]) -> io::Result<()> {
        let payload = raw.len().saturating_sub(5);
        let mut parts = vec![
            (1, "section type QEMU_VM_COMMAND".to_owned()),
            (2, format!("command {}", record.command.name())),
            (2, format!("payload length {payload}")),
        ];
        if payload > 0 {
            parts.push((payload, "payload".to_owned()));
        }
        self.parts(record.at, raw, &parts)
    }

    fn description(&mut self, text: &DescriptionText<'_>, raw: &[u8]) -> io::Result<()> {
        self.parts(
            text.at,
            raw,
            &[
                (1, "section type QEMU_VM_VMDESCRIPTION".to_owned()),
                (4, format!("length {}", text.declared)),
                (text.json.len(), "description, JSON".to_owned()),
            ],
        )
    }

    fn body(&mut self, description: &Description, at: u64, raw: &[u8]) -> io::Result<()> {
        let mut reader = Reader::with_base(raw, at);
        match decode(description, &mut reader, End::Known) {
            Ok(body) => Fields {
                dump: self,
                raw,
                base: at,
                shown: at,
            }
            .all(&body),
            Err(error) => self.opaque(at, raw, &format!("not as described: {error}")),
        }
    }

    fn opaque(&mut self, at: u64, raw: &[u8], why: &str) -> io::Result<()> {
        let note = self.styles.note;
        self.bytes(at, raw, &format!("{note}opaque: {why}{note:#}"))
    }
}
