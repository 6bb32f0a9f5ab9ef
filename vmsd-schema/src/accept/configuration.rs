//! The configuration section: machine type, page size, capabilities, UUID (`configuration_post_load`).

use super::{Source, Target, Wording};
use crate::compat::{Finding, Severity};
use crate::decode::machine::{Machine, MachineConfiguration};
use crate::schema::Dialect;
use crate::wire::marker;

/// Capabilities that both sides must have alike, and the first family of versions that compares them.
const COMPARED: [(&str, Dialect); 2] = [
    ("x-ignore-shared", Dialect::Qemu5_2),
    ("mapped-ram", Dialect::Qemu10_0),
];

/// Bytes of the file header: the magic number and the version. The section stands behind it.
const FILE_HEADER: usize = 8;

pub(super) fn check(
    source: &Source<'_>,
    target: &Target<'_>,
    wording: Wording,
    findings: &mut Vec<Finding>,
) {
    match (&source.machine.configuration, &target.machine.configuration) {
        (Some(ours), Some(theirs)) => compare(ours, theirs, target.qemu, wording, findings),
        // A file that ends inside its header does not come so far.
        (None, Some(_)) if source.data.len() < FILE_HEADER => {}
        (None, Some(_)) => findings.push(Finding {
            rule: "configuration-missing",
            severity: Severity::Break,
            offset: Some(source.machine.start + FILE_HEADER as u64),
            source: "no configuration section".to_owned(),
            target: "one is required".to_owned(),
            message: "the target reads a configuration section that the source does not send"
                .to_owned(),
            qemu_message: Some(wording.configuration("Configuration section missing")),
            advice: "start both sides with the same migration.send-configuration".to_owned(),
            ..Finding::default()
        }),
        (Some(ours), None) if is_unread(target.machine) => findings.push(Finding {
            rule: "layout-unknown",
            severity: Severity::Unknown,
            section: "configuration".to_owned(),
            offset: Some(ours.at),
            message: "the target's stream could not be read so far, so it may or may not have a configuration section".to_owned(),
            advice: "capture the target again".to_owned(),
            ..Finding::default()
        }),
        (Some(ours), None) => findings.push(Finding {
            rule: "configuration-unexpected",
            severity: Severity::Break,
            offset: Some(ours.at),
            source: "a configuration section".to_owned(),
            target: "none is expected".to_owned(),
            message: "the source sends a configuration section that the target does not read"
                .to_owned(),
            qemu_message: Some(wording.section_type(marker::CONFIGURATION)),
            advice: "start both sides with the same migration.send-configuration".to_owned(),
            ..Finding::default()
        }),
        (None, None) => {}
    }
}

/// Whether a reader stopped before it came to anything behind the file header.
fn is_unread(machine: &Machine<'_>) -> bool {
    machine.stopped.is_some() && machine.configuration.is_none() && machine.sections.is_empty()
}

fn compare(
    ours: &MachineConfiguration<'_>,
    theirs: &MachineConfiguration<'_>,
    qemu: Dialect,
    wording: Wording,
    findings: &mut Vec<Finding>,
) {
    let mut found =
        |rule, source: String, target: String, message: &str, said: String, advice: &str| {
            findings.push(Finding {
                rule,
                severity: Severity::Break,
                section: "configuration".to_owned(),
                offset: Some(ours.at),
                source,
                target,
                message: message.to_owned(),
                qemu_message: Some(wording.configuration(&said)),
                advice: advice.to_owned(),
                ..Finding::default()
            });
        };
    // Only as many bytes as came are compared.
    if !theirs.machine.starts_with(&ours.machine) {
        let said = format!(
            "Machine type received is '{}' and local is '{}'",
            ours.machine, theirs.machine
        );
        let advice = "start the target with the source's machine type";
        found(
            "machine-differs",
            ours.machine.clone(),
            theirs.machine.clone(),
            "the machine types differ",
            said,
            advice,
        );
    }
    if ours.page_bits != theirs.page_bits {
        let bits = |bits: Option<u32>| {
            bits.map_or("the target's minimum".to_owned(), |bits| bits.to_string())
        };
        let said = format!(
            "Received TARGET_PAGE_BITS is {} but local is {}",
            bits(ours.page_bits),
            bits(theirs.page_bits)
        );
        let advice = "use a processor of the same page size";
        found(
            "page-bits-differ",
            bits(ours.page_bits),
            bits(theirs.page_bits),
            "the page sizes differ",
            said,
            advice,
        );
    }
    for (name, _) in COMPARED.into_iter().filter(|(_, first)| qemu >= *first) {
        let [sent, local] =
            [ours, theirs].map(|side| side.capabilities.iter().any(|one| one == name));
        if sent != local {
            let word = |on: bool| if on { "on" } else { "off" }.to_owned();
            let said = format!(
                "Capability {name} is {}, but received capability is {}",
                word(local),
                word(sent)
            );
            let advice = "set the capability alike on both sides";
            found(
                "capability-differs",
                word(sent),
                word(local),
                "a capability differs",
                said,
                advice,
            );
        }
    }
    if let (Some(sent), Some(local)) = (ours.uuid, theirs.uuid).filter_differing() {
        let said = format!(
            "UUID received is {} and local is {}",
            uuid(&sent),
            uuid(&local)
        );
        let advice = "start the target with the source's -uuid";
        found(
            "uuid-differs",
            uuid(&sent),
            uuid(&local),
            "the UUIDs differ",
            said,
            advice,
        );
    }
}

trait FilterDiffering {
    fn filter_differing(self) -> Self;
}

impl FilterDiffering for (Option<[u8; 16]>, Option<[u8; 16]>) {
    /// A UUID that is not set on one side is not compared.
    fn filter_differing(self) -> Self {
        if self.0 == self.1 {
            return (None, None);
        }
        self
    }
}

fn uuid(bytes: &[u8; 16]) -> String {
    let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default().concat();
    [
        part(0..4),
        part(4..6),
        part(6..8),
        part(8..10),
        part(10..16),
    ]
    .join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compat::Knowledge;
    use crate::decode::machine::Options;
    use crate::stream::Parser;

    fn rules(source: &[u8], target: &[u8]) -> Vec<&'static str> {
        let read = |data| Machine::read(data, Parser::new(), &(), Options::default());
        let (source, target, data) = (read(source), read(target), source);
        let source = Source {
            machine: &source,
            data,
        };
        let target = Target {
            machine: &target,
            knowledge: &Knowledge::default(),
            qemu: Dialect::Qemu7_2,
            max_cpus: None,
        };
        let findings = crate::accept::check(&source, &target);
        findings.iter().map(|finding| finding.rule).collect()
    }

    const WITH: &[u8] = b"QEVM\0\0\0\x03\x07\0\0\0\x02pc\0";
    const WITHOUT: &[u8] = b"QEVM\0\0\0\x03\0";

    #[test]
    fn one_side_alone_has_the_section() {
        assert_eq!(rules(WITH, WITH), [""; 0]);
        assert_eq!(rules(WITH, WITHOUT), ["configuration-unexpected"]);
        assert_eq!(rules(WITHOUT, WITH), ["configuration-missing"]);
    }

    #[test]
    fn of_a_cut_stream_nobody_knows_whether_it_has_the_section() {
        for cut in 0..WITH.len() - 3 {
            let (head, _) = WITH.split_at(cut);
            assert_eq!(rules(WITH, head), ["layout-unknown"], "{cut}");
        }
        for cut in 0..WITHOUT.len() - 1 {
            let (head, _) = WITHOUT.split_at(cut);
            assert_eq!(rules(head, WITH), ["source-unreadable"], "{cut}");
        }
    }
}
