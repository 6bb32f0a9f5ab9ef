//! One section: its handler, its version, its body, its footer (`qemu_loadvm_section_start_full`).

use super::handler::{self, Handlers};
use super::refusal::Refusal;
use super::walk::{Difference, Walk};
use super::wording::Said;
use super::{ram, Source, Target, Wording};
use crate::compat::{Finding, Severity};
use crate::decode::machine::{Layout, Machine, MachineSection};
use crate::decode::Reason;
use crate::stream::Grammar;
use crate::wire::{marker, Reader};

pub(super) fn check(
    source: &Source<'_>,
    target: &Target<'_>,
    handlers: &Handlers<'_>,
    place: usize,
    findings: &mut Vec<Finding>,
) {
    let Some(section) = source.machine.sections.get(place) else {
        return;
    };
    let wording = Wording::of(target.qemu);
    let (idstr, instance) = (&section.name, section.header.instance.0);
    let Some(handler) = handlers.find(idstr, instance) else {
        if handler::is_silent(idstr, instance) {
            return;
        }
        if target.machine.stopped.is_some() {
            findings.push(unknown(section, "the target's stream could not be read to its end, so it may or may not have this device"));
            return;
        }
        findings.push(Finding {
            rule: "section-removed",
            severity: Severity::Break,
            section: label(section),
            offset: Some(section.at),
            source: "sends this section".to_owned(),
            target: "has no such device".to_owned(),
            message: "the target has no device of this name and instance".to_owned(),
            qemu_message: Some(wording.no_handler(idstr, instance)),
            advice: "give the target the same devices at the same addresses, or unplug it before the migration".to_owned(),
            ..Finding::default()
        });
        return;
    };
    if let Some(finding) = version(section, handler, target, wording) {
        findings.push(finding);
        return;
    }
    if section.grammar != Grammar::Device {
        if idstr == "ram" {
            ram::check(
                source.machine,
                target.machine,
                section.body_at,
                wording,
                findings,
            );
        }
        return;
    }
    body(source, target, section, handler, wording, findings);
}

fn version(
    section: &MachineSection<'_>,
    handler: &MachineSection<'_>,
    target: &Target<'_>,
    wording: Wording,
) -> Option<Finding> {
    let name = target
        .machine
        .layout(handler)
        .map(|layout| layout.vmsd_name.as_str());
    let known = name
        .and_then(|name| target.knowledge.version(name))
        .unwrap_or(0);
    let (sent, local) = (section.header.version, known.max(handler.header.version));
    if sent > local {
        return Some(Finding {
            rule: "version-too-new",
            severity: Severity::Break,
            section: label(section),
            offset: Some(section.at),
            source: format!("version {sent}"),
            target: format!("loads up to version {local}"),
            message: "the section is newer than the target's device".to_owned(),
            qemu_message: Some(wording.section_version(&section.name, sent, local)),
            advice: "use a machine type that both versions have; it pins the device's layout"
                .to_owned(),
            ..Finding::default()
        });
    }
    let minimum = name.and_then(|name| target.knowledge.minimum(name))?;
    if sent >= minimum {
        return None;
    }
    let name = name.unwrap_or_default();
    let sentence = format!(
        "{name}: incoming version_id {sent} is too old for local minimum version_id  {minimum}"
    );
    let said = Said {
        lines: vec![sentence.clone()],
        chain: sentence,
        ..Said::default()
    };
    Some(Finding {
        rule: "version-too-old",
        severity: Severity::Break,
        section: label(section),
        offset: Some(section.at),
        source: format!("version {sent}"),
        target: format!("loads from version {minimum} on"),
        message: "the section is older than the target's device loads".to_owned(),
        qemu_message: Some(wording.body(&section.name, section.header.instance.0, &said)),
        advice: "migrate by way of a version in between".to_owned(),
        ..Finding::default()
    })
}

/// Reads the body as the target would: to wherever its layout leads, over whatever follows in the stream.
fn body(
    source: &Source<'_>,
    target: &Target<'_>,
    section: &MachineSection<'_>,
    handler: &MachineSection<'_>,
    wording: Wording,
    findings: &mut Vec<Finding>,
) {
    if handler.layout == Layout::Unknown(Reason::Handler) {
        if section.header.version != handler.header.version {
            findings.push(unknown(
                section,
                "an old-style handler: only its own code knows what another version contains",
            ));
        }
        return; // an old-style handler: its own code decides, and it takes what it wrote
    }
    let sent = source.machine.layout(section);
    let Some(read) = target.machine.layout(handler).or(sent) else {
        findings.push(unknown(
            section,
            "neither side says what this section contains",
        ));
        return;
    };
    let local = target.machine.decode(handler).and_then(Result::ok);
    let start = usize::try_from(section.body_at - source.machine.start).unwrap_or(usize::MAX);
    let Some(rest) = source.data.get(start..) else {
        findings.push(unknown(section, "the bytes of this section were not kept"));
        return;
    };
    let mut reader = Reader::with_base(rest, section.body_at);
    let mut walk = Walk::new(target);
    let (came, newest) = (section.header.version, handler.header.version);
    walk.older = (came < newest).then_some(came);
    let result = walk.vmsd(read, sent, local.as_ref(), &mut reader);
    findings.extend(
        walk.doubts
            .into_iter()
            .map(|doubt| finding(section, doubt, wording)),
    );
    match result {
        Err(refusal) => {
            let mut found = finding(section, *refusal, wording);
            if let Some(difference) = walk
                .differences
                .first()
                .filter(|_| found.severity == Severity::Break)
            {
                found.advice = advice(difference);
            }
            findings.push(found);
        }
        Ok(()) if ends(source.machine, section, target.machine, &reader) => {}
        Ok(()) => findings.push(misread(section, &reader, walk.differences.first(), wording)),
    }
}

/// Whether the target finds what it looks for behind a section.
fn ends(
    source: &Machine<'_>,
    section: &MachineSection<'_>,
    target: &Machine<'_>,
    reader: &Reader<'_>,
) -> bool {
    let mut ahead = reader.clone();
    match target.footers {
        // Reported once, for the whole stream.
        _ if source.footers != target.footers => reader.offset() == section.body_at + section.len,
        Some(true) => {
            ahead.u8().ok() == Some(marker::SECTION_FOOTER)
                && ahead.u32().ok() == Some(section.header.id.0)
        }
        Some(false) => reader.offset() == section.body_at + section.len,
        None => reader.offset() == section.body_at + section.len,
    }
}

fn misread(
    section: &MachineSection<'_>,
    reader: &Reader<'_>,
    difference: Option<&Difference>,
    wording: Wording,
) -> Finding {
    let end = section.body_at + section.len;
    let read = reader.offset();
    let how = if read < end {
        format!(
            "the target reads {} bytes less than the source sends",
            end - read
        )
    } else if read > end {
        format!(
            "the target reads {} bytes more than the source sends",
            read - end
        )
    } else {
        "the target looks for another end of the section".to_owned()
    };
    let said = match reader.peek() {
        Some(_) => wording.footer(&section.name, section.header.id.0),
        None => wording.section_type(0),
    };
    let base = Finding {
        rule: "footer-missing",
        severity: Severity::Break,
        section: label(section),
        offset: Some(end),
        source: format!("{} bytes", section.len),
        target: format!("{} bytes", read - section.body_at),
        message: how.clone(),
        qemu_message: Some(said),
        advice: "start both sides with the same properties of this device".to_owned(),
        ..Finding::default()
    };
    match difference {
        None => base,
        Some(difference) => Finding {
            rule: difference.rule,
            path: difference.path.clone(),
            offset: Some(difference.offset),
            source: difference.source.clone(),
            target: difference.target.clone(),
            message: format!("{}: {how}", difference.message),
            advice: advice(difference),
            ..base
        },
    }
}

/// Sections end in another way on the target, which the first one shows.
pub(super) fn footers(
    source: &Machine<'_>,
    target: &Machine<'_>,
    wording: Wording,
    findings: &mut Vec<Finding>,
) {
    let (Some(sent), Some(read), Some(first)) =
        (source.footers, target.footers, source.sections.first())
    else {
        return;
    };
    if sent == read {
        return;
    }
    let word = |footers: bool| {
        if footers {
            "sections have footers"
        } else {
            "sections have no footers"
        }
        .to_owned()
    };
    findings.push(Finding {
        rule: "footers-differ",
        severity: Severity::Break,
        section: label(first),
        offset: Some(first.body_at + first.len),
        source: word(sent),
        target: word(read),
        message: "the sides do not agree on how a section ends".to_owned(),
        qemu_message: Some(if sent {
            wording.section_type(marker::SECTION_FOOTER)
        } else {
            wording.footer(&first.name, first.header.id.0)
        }),
        advice: "start both sides with the same migration.send-section-footer".to_owned(),
        ..Finding::default()
    });
}

fn advice(difference: &Difference) -> String {
    format!(
        "make `{}` alike on both sides: it follows from properties of the device or of the machine type",
        difference.path
    )
}

fn finding(section: &MachineSection<'_>, refusal: Refusal, wording: Wording) -> Finding {
    Finding {
        rule: refusal.rule,
        severity: refusal.severity,
        section: label(section),
        path: refusal.path,
        offset: Some(refusal.offset),
        source: refusal.source,
        target: refusal.target,
        message: refusal.message,
        qemu_message: refusal
            .said
            .map(|said| wording.body(&section.name, section.header.instance.0, &said)),
        advice: refusal.advice.to_owned(),
    }
}

fn unknown(section: &MachineSection<'_>, message: &str) -> Finding {
    Finding {
        rule: "layout-unknown",
        severity: Severity::Unknown,
        section: label(section),
        offset: Some(section.body_at),
        message: message.to_owned(),
        advice: "capture both sides with their descriptions (suppress-vmdesc=off)".to_owned(),
        ..Finding::default()
    }
}

fn label(section: &MachineSection<'_>) -> String {
    match section.header.instance.0 {
        0 => section.name.clone(),
        instance => format!("{}#{instance}", section.name),
    }
}
