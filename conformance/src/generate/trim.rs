//! A stream with nothing in it but some devices and what it says of them: the data of a generated test.

use vmsd_schema::decode::machine::{Machine, MachineSection};
use vmsd_schema::schema::DeviceEntry;
use vmsd_schema::stream::Grammar;
use vmsd_schema::wire::{marker, Writer};

/// Bytes of the header: the magic and the version.
const HEADER: u64 = 8;
/// A footer and its section's number.
const FOOTER: u64 = 5;

/// The stream `data`, which is `machine`, with the sections that `keep` picks. None without a description.
#[must_use]
pub fn trim(
    data: &[u8],
    machine: &Machine<'_>,
    keep: &dyn Fn(&MachineSection<'_>) -> bool,
) -> Option<Vec<u8>> {
    let described = machine.description.as_ref()?;
    let mut out = Writer::new();
    let mut copy = |from: u64, to: u64| -> Option<()> {
        let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
        out.bytes(data.get(from..to)?);
        Some(())
    };
    copy(machine.start, machine.start + HEADER)?;
    if let Some(configuration) = &machine.configuration {
        copy(configuration.at, configuration.at + 1 + configuration.len)?;
    }
    let footer = if machine.footers == Some(false) {
        0
    } else {
        FOOTER
    };
    let mut content = described.content.clone();
    content.devices.clear();
    for section in &machine.sections {
        if section.grammar != Grammar::Device || !keep(section) {
            continue;
        }
        copy(section.at, section.body_at + section.len + footer)?;
        let own = |device: &&DeviceEntry| {
            (&device.name, device.instance_id) == (&section.name, section.header.instance.0)
        };
        content
            .devices
            .extend(described.content.devices.iter().find(own).cloned());
    }
    let json = content.to_json(described.dialect);
    out.u8(0);
    out.u8(marker::VMDESCRIPTION);
    out.u32(u32::try_from(json.len()).ok()?);
    out.bytes(json.as_bytes());
    Some(out.into_bytes())
}
