//! `vmsd decode`: the state of devices, as a tree.

use std::path::PathBuf;

use clap::ValueEnum;
use conformance::reading::contents::{devices, Contents, Device};
use conformance::reading::select::{select, Names};
use conformance::report::analyze::{analyze, Body, Section};
use conformance::report::{decode, decode_json};
use vmsd_schema::stream::SectionKind;

use crate::common::{print_json, Context, Exit, Failure, Opened, ReadArgs};

/// Show the state of devices: fields, values, subsections, and what nobody explains.
#[derive(Debug, clap::Args)]
#[command(after_help = concat!(
    "Examples:\n",
    "  vmsd decode guest.qevm\n",
    "  vmsd decode guest.qevm pckbd '*/e1000'\n",
    "  vmsd decode --format json guest.qevm | jq '.devices[] | select(.opaque)'\n",
    "\nExit status: 0 everything was decoded; 1 something was not, and the report says what; 2 not a stream, or no\n",
    "such device."
))]
pub(crate) struct Args {
    /// A migration stream, plain or compressed by gzip or zstd; - is standard input.
    file: PathBuf,
    /// Devices by section name, description, or pattern with * and ?; all if none is named.
    device: Vec<String>,
    /// How to write the report.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Show long arrays and buffers whole, and elements that repeat.
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    read: ReadArgs,
}

/// How the report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs; see docs/json.md.
    Json,
    /// What QEMU's scripts/analyze-migration.py prints; see docs/analyze.md.
    Analyze,
}

impl Args {
    pub(crate) fn run(&self, context: &mut Context) -> Result<Exit, Failure> {
        let opened = Opened::open(&self.file, &self.read, context)?;
        let all = devices(&opened.walk, &opened.outline);
        let names: Vec<Names<'_>> = all
            .iter()
            .map(|device| Names {
                idstr: &device.idstr,
                vmsd: device.vmsd_name(),
            })
            .collect();
        let chosen = select(&self.device, &names)
            .map_err(|sentence| Failure::file(&opened.walk.name, sentence))?;
        let chosen: Vec<&Device<'_>> = all
            .iter()
            .zip(chosen)
            .filter_map(|(device, chosen)| chosen.then_some(device))
            .collect();
        match self.format {
            Format::Text => self.text(&opened, &chosen, context)?,
            Format::Json => {
                let report = decode_json::Report::new(&opened.subject(), &chosen);
                context.print(|out, _| print_json(out, &report))?;
            }
            Format::Analyze => print_analyze(&opened, &chosen, context)?,
        }
        let broken = chosen.iter().any(|device| device.error().is_some());
        Ok(Exit::of(broken || !opened.outline.findings.is_empty()))
    }

    fn text(
        &self,
        opened: &Opened,
        chosen: &[&Device<'_>],
        context: &mut Context,
    ) -> Result<(), Failure> {
        let subject = opened.subject();
        context.print(|out, styles| {
            if self.device.is_empty() {
                decode::configuration(&subject, out, styles)?;
            }
            let (ram, rest): (Vec<_>, Vec<_>) = chosen
                .iter()
                .copied()
                .partition(|device| matches!(device.contents, Contents::Ram));
            let start = ram
                .iter()
                .find(|device| device.item.kind == SectionKind::Start);
            if let Some(start) = start {
                decode::text(&[*start], out, styles, self.full)?;
                decode::ram(&subject, out, styles)?;
            }
            decode::text(&rest, out, styles, self.full)
        })?;
        context.findings(&opened.walk.name, &opened.outline.findings);
        Ok(())
    }
}

fn print_analyze(
    opened: &Opened,
    chosen: &[&Device<'_>],
    context: &mut Context,
) -> Result<(), Failure> {
    let sections = chosen
        .iter()
        .filter(|device| device.item.kind.names_the_section())
        .map(|device| Section {
            name: device.idstr.clone(),
            id: device.item.section.id.0,
            body: body(opened, device),
        });
    let json = analyze(sections).map_err(|error| Failure::stream(&opened.walk.name, &error))?;
    context.print(|out, _| print_json(out, &json))?;
    context.findings(&opened.walk.name, &opened.outline.findings);
    Ok(())
}

fn body<'s>(opened: &'s Opened, device: &'s Device<'s>) -> Body<'s> {
    let item = device.item;
    let len = usize::try_from(item.body_len).unwrap_or_default();
    let bytes = opened.walk.slice(item.body_at, len).unwrap_or_default();
    let of = |description| Body::Device {
        description,
        offset: item.body_at,
        bytes,
    };
    match (&device.contents, &item.measured) {
        (Contents::Ram, _) => {
            let blocks = &opened.outline.ram.blocks;
            Body::Ram(
                blocks
                    .iter()
                    .map(|block| (block.name.clone(), block.used_length))
                    .collect(),
            )
        }
        (Contents::Live { .. }, _) if item.kind == SectionKind::Full => Body::Opaque(bytes),
        (Contents::Live { .. }, _) | (_, None) => Body::Live,
        (Contents::Opaque { .. }, _) => Body::Opaque(bytes),
        (_, Some(measured)) => match measured.layout(opened.walk.form(measured)) {
            Some(description) => of(description),
            None => Body::Opaque(bytes),
        },
    }
}
