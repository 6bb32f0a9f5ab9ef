//! Values of a stream that a target may refuse whatever its layout: named where nothing else is found.

use vmsd_schema::accept::{is_run_state, run_state};
use vmsd_schema::decode::machine::{Machine, MachineCommand};
use vmsd_schema::decode::{Content, Node, Struct};

use super::catalogue::catalogue;
use super::{known, Cause, Certainty, Facts};

/// Capabilities of all versions (`MigrationCapability`); an older target knows fewer.
const CAPABILITIES: [&str; 26] = [
    "xbzrle",
    "rdma-pin-all",
    "auto-converge",
    "zero-blocks",
    "compress",
    "events",
    "postcopy-ram",
    "x-colo",
    "release-ram",
    "block",
    "return-path",
    "pause-before-switchover",
    "multifd",
    "dirty-bitmaps",
    "postcopy-blocktime",
    "late-block-activate",
    "x-ignore-shared",
    "validate-uuid",
    "background-snapshot",
    "zero-copy-send",
    "postcopy-preempt",
    "switchover-ack",
    "dirty-limit",
    "mapped-ram",
    "x-multifd",
    "x-rdma-pin-all",
];

/// All that is suspicious in a stream.
pub(super) fn suspects(machine: &Machine<'_>) -> Vec<Cause> {
    let mut found = Vec::new();
    found.extend(configuration(machine));
    found.extend(global_state(machine));
    for section in &machine.sections {
        if let Some(Ok(body)) = machine.decode(section) {
            let mut place = None;
            irq_states(&body, "", &mut place);
            if let Some((path, offset, value)) = place {
                let cause = Cause {
                    section: Some(section.name.clone()),
                    instance: Some(section.header.instance.0),
                    path: Some(path),
                    offset: Some(offset),
                    ..suspect("pci-irq-state", Certainty::Probable, &value.to_string())
                };
                found.push(cause);
            }
        }
    }
    found.extend(machine.commands.iter().filter_map(command));
    found
}

fn suspect(id: &str, certainty: Certainty, sent: &str) -> Cause {
    let mut facts = Facts::default();
    facts.set("sent", sent);
    known::derive(&mut facts);
    let entry = catalogue().entry(id);
    let because = entry.and_then(|entry| entry.because.first());
    Cause {
        id: id.to_owned(),
        certainty,
        title: entry
            .map(|entry| facts.fill(&entry.title))
            .unwrap_or_default(),
        because: because
            .map(|because| facts.fill(&because.what))
            .unwrap_or_default(),
        advice: because
            .map(|because| facts.fill(&because.advice))
            .unwrap_or_default(),
        evidence: vec!["stream"],
        source: Some(sent.to_owned()),
        ..Cause::default()
    }
}

fn configuration(machine: &Machine<'_>) -> Option<Cause> {
    let configuration = machine.configuration.as_ref()?;
    let unknown = configuration
        .capabilities
        .iter()
        .find(|name| !CAPABILITIES.contains(&name.as_str()));
    let base = match (unknown, configuration.uuid) {
        (Some(name), _) => suspect("capability-unknown", Certainty::Probable, name),
        (None, Some(uuid)) => {
            let hex: String = uuid.iter().map(|byte| format!("{byte:02x}")).collect();
            suspect("uuid", Certainty::Possible, &hex)
        }
        (None, None) => return None,
    };
    Some(Cause {
        section: Some("configuration".to_owned()),
        offset: Some(configuration.at),
        ..base
    })
}

/// The run state is text: its length, then it and zeros.
fn global_state(machine: &Machine<'_>) -> Option<Cause> {
    const LENGTH: u64 = 4;
    let section = machine
        .sections
        .iter()
        .find(|section| section.name == "globalstate")?;
    let name = run_state(section.body?.get(4..)?);
    if is_run_state(name, None) {
        return None;
    }
    let text = String::from_utf8_lossy(name);
    Some(Cause {
        section: Some("globalstate".to_owned()),
        instance: Some(section.header.instance.0),
        path: Some("runstate".to_owned()),
        offset: Some(section.body_at + LENGTH),
        ..suspect("globalstate", Certainty::Probable, &text)
    })
}

/// The first interrupt line of a PCI device that is neither up nor down (`get_pci_irq_state`).
fn irq_states(body: &Struct<'_>, path: &str, found: &mut Option<(String, u64, u32)>) {
    for node in &body.fields {
        let path = if path.is_empty() {
            node.name.to_owned()
        } else {
            format!("{path} > {}", node.name)
        };
        irq_state(node, &path, found);
    }
}

fn irq_state(node: &Node<'_>, path: &str, found: &mut Option<(String, u64, u32)>) {
    if found.is_some() {
        return;
    }
    match &node.content {
        Content::Struct(body) => irq_states(body, path, found),
        Content::Elements(elements) => elements
            .iter()
            .for_each(|element| irq_state(element, path, found)),
        _ if node.type_name == "pci irq state" => {
            let words = node.bytes.chunks_exact(4).filter_map(<[u8]>::first_chunk);
            let wrong = words
                .map(|word| u32::from_be_bytes(*word))
                .enumerate()
                .find(|(_, level)| *level > 1);
            *found = wrong
                .map(|(index, level)| (path.to_owned(), node.offset + 4 * index as u64, level));
        }
        _ => {}
    }
}

/// Commands that need a target which was set up for them.
fn command(command: &MachineCommand) -> Option<Cause> {
    let id = match command.number {
        2 => "command-ping",
        3..=6 => "command-postcopy",
        8 => "command-colo",
        _ => return None,
    };
    Some(Cause {
        offset: Some(command.at),
        ..suspect(id, Certainty::Possible, command.name)
    })
}
