//! The same checks against a QEMU that runs: it saves, the mirrors read and write, and it loads what they wrote.

use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::decode::typed::Registry;
use vmsd_schema::schema::{DeviceForm, Dialect, StreamDescription};
use vmsd_schema::stream::{Event, Grammar, Parser, Stream as Events, StreamBuilder};
use vmsd_schema::wire::marker;
use vmsd_schema::Error;

use super::{check, Report, Stream, Suite};
use crate::qemu::{self, QemuError, Verdict};

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// QEMU's version.
    pub version: String,
    /// The machine type, as the stream names it.
    pub machine: String,
    /// The mirrors against the stream that QEMU saved.
    pub report: Report,
    /// Sections whose bytes a mirror wrote.
    pub written: usize,
    /// QEMU's answer to the stream that the mirrors wrote.
    pub verdict: Verdict,
}

/// Lets `machine` save, reads every section through its mirror, writes a whole new stream out of what the mirrors hold,
/// and lets a second `machine` load that.
///
/// # Errors
/// If QEMU does not run, or the mirrors cannot write what they read.
pub fn run(machine: &qemu::Machine) -> Result<Outcome, QemuError> {
    let version = machine.version()?;
    let dialect = Dialect::of_qemu(&version)
        .ok_or_else(|| QemuError::new(format!("no description is known of QEMU {version}")))?;
    let saved = machine.save()?;
    let suite =
        Suite::mirrors().with(Stream::new(&format!("QEMU {version}"), &saved).from_qemu(&version));
    let registry = crate::mirrors::registry();
    let text =
        |error: Error| QemuError::new(format!("the stream cannot be written again: {error}"));
    let Rewritten {
        bytes,
        sections,
        machine_type,
    } = rewrite(&saved, &registry, dialect).map_err(text)?;
    let verdict = machine.load(&bytes)?;
    Ok(Outcome {
        version,
        machine: machine_type,
        report: suite.run(),
        written: sections,
        verdict,
    })
}

struct Rewritten {
    bytes: Vec<u8>,
    sections: usize,
    machine_type: String,
}

/// `saved` with every device's body and the whole description written anew, from typed values.
fn rewrite(saved: &[u8], registry: &Registry, dialect: Dialect) -> vmsd_schema::Result<Rewritten> {
    let suite_stream = Stream::new("", saved).from_qemu(dialect.example());
    let open = suite_stream
        .open()
        .map_err(|sentence| Error::new(vmsd_schema::ErrorKind::Framing, sentence))?;
    let machine = Machine::read(saved, Parser::new(), &(), Options::default());
    let mut description = machine
        .description
        .as_ref()
        .map(|found| found.content.clone());
    let mut bodies = Vec::new();
    for case in open.cases(registry, true) {
        let described = check::inspect(&case, registry)?
            .state
            .describe(dialect, case.version)?;
        if case.device == "configuration" {
            continue; // written by the stream layer
        }
        let entry = description
            .as_mut()
            .and_then(|all| find(all, &case.section, case.instance_id));
        if let Some(DeviceForm::Vmsd(own)) = entry {
            *own = described.description;
        }
        bodies.push((case.offset, described.bytes));
    }
    let mut builder = StreamBuilder::new();
    let mut stream = Events::new(saved);
    let mut next = bodies.iter();
    while let Some(event) = stream.next()? {
        match &event {
            Event::Description(_) => {
                let json = description
                    .as_ref()
                    .map(|all| all.to_json(dialect))
                    .unwrap_or_default();
                let len = u32::try_from(json.len()).unwrap_or(u32::MAX);
                builder
                    .body(&[marker::VMDESCRIPTION])
                    .body(&len.to_be_bytes())
                    .body(json.as_bytes());
            }
            _ => {
                builder.event(&event)?;
            }
        }
        if let Event::Section(header) = &event {
            if header.grammar == Grammar::Device {
                let at = stream.offset();
                let len = machine
                    .sections
                    .iter()
                    .find(|section| section.body_at == at)
                    .map_or(0, |found| found.len);
                stream.body_done(usize::try_from(len).unwrap_or(usize::MAX))?;
                if let Some((_, body)) = next.next() {
                    builder.body(body);
                }
            }
        }
    }
    let machine_type = machine
        .configuration
        .map(|found| found.machine)
        .unwrap_or_default();
    Ok(Rewritten {
        bytes: builder.finish(),
        sections: bodies.len(),
        machine_type,
    })
}

fn find<'d>(
    all: &'d mut StreamDescription,
    name: &str,
    instance: u32,
) -> Option<&'d mut DeviceForm> {
    let mut entries = all.devices.iter_mut();
    entries
        .find(|entry| entry.name == name && entry.instance_id == instance)
        .map(|entry| &mut entry.form)
}
