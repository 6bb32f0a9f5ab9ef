//! A whole stream of a set of schemas: header, machine, guest memory, a section for each device, description.

use arbitrary::Arbitrary;

use super::{below32, once_in, Body, Unstructured};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{DeviceEntry, DeviceForm, Dialect, SchemaSet, StreamDescription};
use crate::stream::{
    Configuration, ConfigurationBody, ConfigurationSubsection, Event, InstanceId, Name, Section,
    SectionId, SectionKind, StreamBuilder,
};

/// Target page size where the set does not tell.
const PAGE_SIZE: u64 = 4096;

/// Pages that are written; a block may be larger than any stream should be.
const MAX_PAGES: u64 = 16;

/// Names that a section has by a grammar of its own; they are not devices.
const LIVE: [&str; 9] = [
    "ram",
    "dirty-bitmap",
    "block",
    "spapr/htab",
    "s390-storage_attributes",
    "s390-skeys",
    "todclock",
    "debug-migration",
    "configuration",
];

/// A stream, and what it is a stream of.
#[derive(Clone, Debug)]
pub struct ValidStream {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they say of themselves.
    pub description: StreamDescription,
    /// Devices of the set that have no section, each with the reason.
    pub left_out: Vec<String>,
}

impl<'a> Arbitrary<'a> for ValidStream {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let set = SchemaSet::arbitrary(u)?;
        Self::new(&set, u).map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl ValidStream {
    /// A stream with a section for each device of `set`, at a version that the device has.
    ///
    /// # Errors
    /// [`ErrorKind::Limit`] for names that the format cannot carry.
    pub fn new(set: &SchemaSet, u: &mut Unstructured<'_>) -> Result<Self> {
        let page_size = set
            .instance
            .as_ref()
            .and_then(|instance| instance.page_size);
        let mut maker = Maker {
            builder: StreamBuilder::new(),
            description: StreamDescription {
                configuration: None,
                page_size: page_size.unwrap_or(PAGE_SIZE),
                devices: Vec::new(),
            },
            left_out: Vec::new(),
            next_id: 2,
        };
        maker.builder.header();
        maker.configuration(set)?;
        maker.guest_memory(set, u)?;
        for device in 0..set.devices.len() {
            maker.device(set, device, u)?;
        }
        maker.builder.eof();
        // The family whose description says most, without the configuration in it.
        let json = maker.description.to_json(Dialect::Qemu7_2);
        maker.builder.description(&json)?;
        Ok(Self {
            bytes: maker.builder.finish(),
            description: maker.description,
            left_out: maker.left_out,
        })
    }
}

struct Maker {
    builder: StreamBuilder,
    description: StreamDescription,
    left_out: Vec<String>,
    next_id: u32,
}

impl Maker {
    fn configuration(&mut self, set: &SchemaSet) -> Result<()> {
        let machine = set.machine.as_deref().unwrap_or("none");
        let page_size = self.description.page_size;
        let mut bodies = Vec::new();
        if page_size != PAGE_SIZE {
            bodies.push(ConfigurationBody::TargetPageBits(
                page_size.trailing_zeros(),
            ));
        }
        let instance = set.instance.as_ref();
        let capabilities = instance.and_then(|instance| instance.capabilities.as_ref());
        if let Some(names) = capabilities.filter(|names| !names.is_empty()) {
            let names = names.iter().map(|name| name.as_str().into());
            bodies.push(ConfigurationBody::Capabilities(names.collect()));
        }
        let subsections = bodies.into_iter().map(|body| ConfigurationSubsection {
            at: 0,
            version: 1,
            body,
        });
        let configuration = Configuration {
            at: 0,
            machine: machine.into(),
            subsections: subsections.collect(),
        };
        self.builder.event(&Event::Configuration(configuration))?;
        Ok(())
    }

    /// The block list, a few pages, the end: setup and completion of a stopped guest.
    fn guest_memory(&mut self, set: &SchemaSet, u: &mut Unstructured<'_>) -> Result<()> {
        let Some(instance) = &set.instance else {
            return Ok(());
        };
        let page = self.description.page_size;
        let blocks: Vec<(&str, u64)> = instance
            .ram_blocks
            .iter()
            .map(|block| (block.name.as_str(), block.used_len))
            .collect();
        let Some((first, len)) = blocks.first().copied() else {
            return Ok(());
        };
        let section = self.section("ram", 0, 4);
        self.builder.section(SectionKind::Start, &section)?;
        self.builder.ram_blocks(&blocks)?.ram_end().end_section();
        self.builder.section(SectionKind::End, &section)?;
        let pages = (len / page.max(1)).min(MAX_PAGES);
        for number in 0..pages {
            let block = (number == 0).then(|| Name::from(first));
            if once_in(u, 4) {
                let data = vec![u.arbitrary().unwrap_or(0); usize::try_from(page).unwrap_or(0)];
                self.builder.page(block, number * page, &data)?;
            } else {
                self.builder.zero_page(block, number * page)?;
            }
        }
        self.builder.ram_end().end_section();
        Ok(())
    }

    fn device(&mut self, set: &SchemaSet, place: usize, u: &mut Unstructured<'_>) -> Result<()> {
        let Some(device) = set.devices.get(place) else {
            return Ok(());
        };
        let schema = &device.schema;
        let (idstr, instance) = match &device.section {
            Some(section) => (section.idstr.clone(), section.instance_id),
            None => (schema.name.clone(), twins(&self.description, &schema.name)),
        };
        if idstr.is_empty() || LIVE.contains(&idstr.as_str()) {
            self.left_out
                .push(format!("{}: not a device", device.label()));
            return Ok(());
        }
        let version = version(schema.minimum_version, schema.version, u);
        let body = match Body::new(schema, version, u) {
            Ok(body) => body,
            Err(error) if error.kind() == ErrorKind::Limit => {
                self.left_out.push(format!("{}: {error}", device.label()));
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let section = self.section(&idstr, instance, version);
        self.builder.section(SectionKind::Full, &section)?;
        self.builder.body(&body.bytes).end_section();
        self.description.devices.push(DeviceEntry {
            name: idstr,
            instance_id: instance,
            form: form(schema.opaque, body),
        });
        Ok(())
    }

    fn section(&mut self, idstr: &str, instance: u32, version: u32) -> Section {
        let id = SectionId(self.next_id);
        self.next_id += 1;
        Section::new(id, idstr.into(), InstanceId(instance), version)
    }
}

fn form(opaque: Option<bool>, body: Body) -> DeviceForm {
    match opaque {
        Some(true) => DeviceForm::Opaque {
            size: body.bytes.len() as u64,
        },
        _ => DeviceForm::Vmsd(body.description),
    }
}

/// Mostly the newest.
fn version(minimum: Option<u32>, version: Option<u32>, u: &mut Unstructured<'_>) -> u32 {
    let newest = version.unwrap_or(1);
    let span = newest.saturating_sub(minimum.unwrap_or(newest)).min(255);
    match once_in(u, 4) {
        true => newest - below32(u, span + 1),
        false => newest,
    }
}

/// How many devices of the name there are already.
fn twins(description: &StreamDescription, name: &str) -> u32 {
    let same = description
        .devices
        .iter()
        .filter(|entry| entry.name == name);
    u32::try_from(same.count()).unwrap_or(u32::MAX)
}

impl From<arbitrary::Error> for Error {
    fn from(error: arbitrary::Error) -> Self {
        Self::new(ErrorKind::Unsupported, error.to_string())
    }
}
