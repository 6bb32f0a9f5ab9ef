//! Small inputs for every target, cut from the real streams that are embedded in the runner.

use std::collections::BTreeSet;

use conformance::conform::corpus;
use conformance::mirrors;
use vmsd_schema::arbitrary::{entropy, Arbitrary, Unstructured, ValidStream};
use vmsd_schema::decode::machine::{Machine, MachineSection, Options};
use vmsd_schema::schema::{DeviceForm, Dialect, StreamDescription};
use vmsd_schema::stream::{Parser, SectionKind, StreamBuilder};

use crate::{explain_log, typed_load};

/// Bytes of one seed at most.
pub const MAX_LEN: usize = 4096;

/// A seed of a target.
pub struct Seed {
    /// The target.
    pub target: &'static str,
    /// What it is of, as the name of a file.
    pub name: String,
    /// The input.
    pub bytes: Vec<u8>,
}

/// Seeds of all targets.
#[must_use]
pub fn all() -> Vec<Seed> {
    let mut cut = Cut::default();
    for stream in corpus::streams() {
        cut.stream(stream.bytes());
    }
    cut.entropy();
    cut.seeds
}

#[derive(Default)]
struct Cut {
    seeds: Vec<Seed>,
    /// Layouts of which there is a seed.
    seen: BTreeSet<(String, u64)>,
}

impl Cut {
    fn stream(&mut self, data: &[u8]) {
        let registry = mirrors::registry();
        let machine = Machine::read(data, Parser::new(), &registry, Options::default());
        let Some(description) = &machine.description else {
            return;
        };
        for section in &machine.sections {
            let entry = description.content.devices.iter().find(|entry| {
                entry.name == section.name && entry.instance_id == section.header.instance.0
            });
            let Some(DeviceForm::Vmsd(layout)) = entry.map(|entry| &entry.form) else {
                continue;
            };
            let key = (layout.vmsd_name.clone(), section.len);
            if section.kind != SectionKind::Full || !self.seen.insert(key) {
                continue;
            }
            let one = StreamDescription {
                configuration: None,
                page_size: description.content.page_size,
                devices: entry.cloned().into_iter().collect(),
            };
            self.section(section, &layout.vmsd_name, &one);
        }
    }

    fn section(&mut self, section: &MachineSection<'_>, vmsd: &str, one: &StreamDescription) {
        let name = format!("{}-{}", vmsd.replace('/', "_"), section.len);
        let body = section.body.unwrap_or_default();
        let json = one.to_json(Dialect::Qemu7_2);
        if let Some(stream) = stream_of(section, body, &json) {
            self.push("qevm_parse", &name, stream.clone());
            self.push("qevm_roundtrip", &name, stream.clone());
            self.push("containers", &name, stream.clone());
            self.refused(&name, stream);
        }
        if let Ok(len) = u16::try_from(json.len()) {
            let parts = [&len.to_be_bytes(), json.as_bytes(), body];
            self.push("described_decode", &name, parts.concat());
        }
        self.push("schema_json", &name, json.into_bytes());
        let registry = mirrors::registry();
        for mirror in registry.candidates(&section.name) {
            let [high, low] = typed_load::number(mirror).to_be_bytes();
            let [.., version] = section.header.version.to_be_bytes();
            let bytes = [&[high, low, version], body].concat();
            let preset = mirror.preset.replace([' ', ','], "_");
            self.push("typed_load", &format!("{name}-{preset}"), bytes);
        }
    }

    /// What QEMU might have said about a stream: now and then it was cut, or the target has one of its own.
    fn refused(&mut self, name: &str, mut stream: Vec<u8>) {
        let logs = explain_log::logs();
        let number = self.seen.len();
        let Some((_, log)) = logs.get(number % logs.len().max(1)) else {
            return;
        };
        let target = match number % 3 {
            0 => stream.clone(),
            _ => Vec::new(),
        };
        if number.is_multiple_of(2) {
            stream.truncate(stream.len() / 2);
        }
        let bytes = [log.as_bytes(), &stream, &target].concat();
        self.push("explain_log", name, bytes);
    }

    /// Targets that read entropy need nothing but some; that of RAM a few records.
    fn entropy(&mut self) {
        for number in 0..64_u64 {
            let bytes = entropy(number, 64 << (number % 5));
            for target in [
                "derive_values",
                "compat_check",
                "described_decode",
                "schema_json",
            ] {
                self.push(target, &format!("entropy-{number}"), bytes.clone());
            }
            // A valid stream of made-up devices, with guest memory.
            if let Ok(made) = ValidStream::arbitrary(&mut Unstructured::new(&bytes)) {
                for target in ["qevm_parse", "qevm_roundtrip"] {
                    self.push(target, &format!("made-{number}"), made.bytes.clone());
                }
            }
        }
        for (name, log) in explain_log::logs() {
            self.push("explain_log", &name, log.into());
        }
        for (name, bytes) in ram() {
            self.push("ram_records", name, bytes);
        }
    }

    fn push(&mut self, target: &'static str, name: &str, bytes: Vec<u8>) {
        if bytes.len() <= MAX_LEN {
            let name = name.to_owned();
            self.seeds.push(Seed {
                target,
                name,
                bytes,
            });
        }
    }
}

/// A stream of one section.
fn stream_of(section: &MachineSection<'_>, body: &[u8], json: &str) -> Option<Vec<u8>> {
    let mut builder = StreamBuilder::new();
    builder.header().machine("pc-q35-7.2").ok()?;
    builder.section(SectionKind::Full, &section.header).ok()?;
    builder.body(body).end_section().eof();
    builder.description(json).ok()?;
    Some(builder.finish())
}

/// Records of guest memory: pages of each kind, and a block list.
fn ram() -> Vec<(&'static str, Vec<u8>)> {
    let mut pages = StreamBuilder::new();
    let block = Some("pc.ram".into());
    let written = pages
        .zero_page(block, 0)
        .and_then(|pages| pages.page(None, 0x400, &[7; 1024]))
        .map(|pages| pages.ram_end().as_bytes().to_vec());
    let mut list = StreamBuilder::new();
    let listed = list
        .ram_blocks(&[("pc.ram", 0x1_0000)])
        .map(|list| list.ram_end().as_bytes().to_vec());
    let xbzrle = [
        b"\x00\x00\x00\x00\x00\x00\x00\x40\x06pc.ram".as_slice(),
        b"\x01\x00\x04\x00\x04abcd\x00\x00\x00\x00\x00\x00\x00\x10",
    ];
    let compressed = [
        b"\x00\x00\x00\x00\x00\x00\x01\x00\x06pc.ram".as_slice(),
        b"\x00\x00\x00\x0cx\x9cc`\x18\x05\x00\x00\x04\x00\x00\x01",
    ];
    let with = |form: u8, bytes: &[u8]| [&[form], bytes].concat();
    vec![
        ("pages", with(0, &written.unwrap_or_default())),
        ("list", with(2, &listed.unwrap_or_default())),
        ("mapped", with(1, &[0, 0, 0, 0, 0, 1, 0, 4, 6])),
        ("xbzrle", with(0, &xbzrle.concat())),
        ("compressed", with(0, &compressed.concat())),
    ]
}
