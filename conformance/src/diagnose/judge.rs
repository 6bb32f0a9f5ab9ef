//! What the stream itself and the target show: damage in the stream, and what the model of a load finds between the two.

use vmsd_schema::compat::{Finding, Severity};
use vmsd_schema::decode::machine::{Machine, MachineSection};
use vmsd_schema::wire::marker;
use vmsd_schema::{Error, ErrorKind};

use super::catalogue::{catalogue, Words};
use super::{known, values, Cause, Certainty, Facts, Stream};
use crate::migration::judge::{check, Judge};
use crate::migration::side::Side;

/// How far from the end of a body its footer is looked for.
const SEARCH: usize = 1 << 16;

/// Causes that were found, in the order of the stream.
pub(super) fn judge(
    stream: Option<&Stream<'_>>,
    machine: Option<&Machine<'_>>,
    data: &[u8],
    target: Option<(&Side, &Judge)>,
    notes: &mut Vec<String>,
) -> Vec<Cause> {
    let mut found = Vec::new();
    if let Some(Stream::Unreadable { sentence, head }) = stream {
        found.extend(unreadable(sentence, head));
    }
    let damage = machine.and_then(|machine| damage(machine, data));
    let mut compared = false;
    if let (Some(Stream::Read(source)), Some((target, judge)), Some(machine)) =
        (stream, target, machine)
    {
        let findings = check(&judge.read(source), &judge.read(target));
        let kept = findings
            .iter()
            .filter(|finding| tells(finding, damage.as_ref(), machine, data));
        found.extend(kept.map(|finding| cause(finding, &target.name)));
        compared = true;
    }
    found.extend(damage);
    if let Some(machine) = machine.filter(|_| found.is_empty()) {
        found = values::suspects(machine);
        if compared {
            let sentence = "by what the target's sources show, the stream loads there: it was refused for a value that the check does not compare, or by another target";
            notes.push(sentence.to_owned());
        }
    }
    found.sort_by_key(|cause| cause.offset.unwrap_or(u64::MAX));
    found
}

/// A file that is no stream.
fn unreadable(sentence: &str, head: &[u8]) -> Option<Cause> {
    let hit = catalogue().find(sentence, Words::Reader)?;
    let hex: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Cause {
        id: hit.entry.id.clone(),
        certainty: Certainty::Certain,
        title: hit.facts.fill(&hit.entry.title),
        because: sentence.to_owned(),
        advice: hit
            .entry
            .because
            .first()
            .map(|first| first.advice.clone())
            .unwrap_or_default(),
        evidence: vec!["stream"],
        offset: Some(0),
        source: Some(hex.join(" ")).filter(|hex| !hex.is_empty()),
        ..Cause::default()
    })
}

/// Where a reader stops before the end of the stream.
fn damage(machine: &Machine<'_>, data: &[u8]) -> Option<Cause> {
    let stopped = machine.stopped.as_ref()?;
    let (section, path) = whose(machine, stopped);
    let (mut id, mut facts) = kind(stopped, section.as_deref())?;
    let section = section.or_else(|| facts.get("section").map(str::to_owned));
    let same = |found: &&MachineSection<'_>| Some(&found.name) == section.as_ref();
    let body = machine.sections.iter().rev().find(same);
    let mut because = stopped.message().to_owned();
    if id == "section-length" {
        let told = body.and_then(|body| ending(body, stopped.offset()?, machine, data));
        (id, because) = told.unwrap_or((id, because));
    }
    if let Some(section) = &section {
        facts.set("section", section);
    }
    known::derive(&mut facts);
    let entry = catalogue().entry(id)?;
    let damaged = entry.because.iter().find(|because| because.damage);
    let advice = damaged
        .or(entry.because.first())
        .map(|because| facts.fill(&because.advice));
    let fact = |name: &str| facts.get(name).map(str::to_owned);
    Some(Cause {
        id: id.to_owned(),
        certainty: Certainty::Probable,
        title: facts.fill(&entry.title),
        because,
        advice: advice.unwrap_or_default(),
        evidence: vec!["stream"],
        instance: body.map(|body| body.header.instance.0),
        path: path
            .or_else(|| fact("subsection"))
            .or_else(|| fact("block")),
        section,
        offset: stopped.offset(),
        ..Cause::default()
    })
}

/// The section that a reader stopped in, and the way to the field.
fn whose(machine: &Machine<'_>, stopped: &Error) -> (Option<String>, Option<String>) {
    let path = stopped.path();
    if let Some((section, path)) = path.split_once(" > ") {
        return (Some(section.to_owned()), Some(path.to_owned()));
    }
    if path == "section header" {
        return (None, None); // the reader's words for what names a section
    }
    // What stands first has no name in the stream.
    let behind = stopped
        .offset()
        .is_some_and(|offset| offset >= machine.start + 8);
    let first = behind && machine.configuration.is_none() && machine.sections.is_empty();
    let name = if path.is_empty() && first {
        "configuration".to_owned()
    } else {
        path
    };
    (Some(name).filter(|name| !name.is_empty()), None)
}

/// What kind of damage it is, by the reader's words or its kind.
fn kind(stopped: &Error, section: Option<&str>) -> Option<(&'static str, Facts)> {
    let hit = catalogue().find(stopped.message(), Words::Reader);
    if stopped.kind() == ErrorKind::Truncated && section == Some("configuration") {
        return Some(("configuration-cut", Facts::default()));
    }
    if let Some(hit) = hit {
        return Some((hit.entry.id.as_str(), hit.facts));
    }
    let id = match stopped.kind() {
        ErrorKind::Truncated => "stream-cut",
        ErrorKind::Framing | ErrorKind::Description => "section-length",
        ErrorKind::Magic => "magic",
        ErrorKind::Count
        | ErrorKind::Bound
        | ErrorKind::Validation
        | ErrorKind::Marker
        | ErrorKind::Mismatch => "field-refused",
        _ => return None, // what vmsd cannot read need not be wrong
    };
    Some((id, Facts::default()))
}

/// What stands where a body should end.
fn ending(
    body: &MachineSection<'_>,
    offset: u64,
    machine: &Machine<'_>,
    data: &[u8],
) -> Option<(&'static str, String)> {
    let at = usize::try_from(offset.checked_sub(machine.start)?).ok()?;
    let [a, b, c, d] = body.header.id.0.to_be_bytes();
    let footer = [marker::SECTION_FOOTER, a, b, c, d];
    let here = data.get(at..)?;
    let start = usize::try_from(body.body_at - machine.start).ok()?;
    let before = data.get(start..at).unwrap_or_default();
    if let [marker::SECTION_FOOTER, rest @ ..] = here {
        if let Some(id) = rest.first_chunk::<4>() {
            let id = u32::from_be_bytes(*id);
            return Some(("footer-id", format!("the body ends where it should, and the footer there is that of section {id}, not of section {}", body.header.id.0)));
        }
    }
    let behind = here.get(..here.len().min(SEARCH))?;
    let sentence = match (
        memchr::memmem::rfind(before, &footer),
        memchr::memmem::find(behind, &footer),
    ) {
        (Some(found), _) => format!(
            "the section ends {} bytes earlier than the stream's own description says",
            before.len() - found
        ),
        (None, Some(found)) => {
            format!("the section ends {found} bytes later than the stream's own description says")
        }
        _ => return None,
    };
    Some(("section-length", sentence))
}

/// Whether a finding says more than the damage does.
fn tells(finding: &Finding, damage: Option<&Cause>, machine: &Machine<'_>, data: &[u8]) -> bool {
    let probable = finding.rule == "subsection-removed";
    if finding.severity != Severity::Break && !probable {
        return false;
    }
    let Some(damage) = damage else {
        return true;
    };
    let same = damage.section.as_deref() == Some(finding.section.as_str());
    match finding.rule {
        // It is there and cannot be read.
        "configuration-missing" => {
            machine.configuration.is_some() || data.get(8) != Some(&marker::CONFIGURATION)
        }
        "footer-missing" | "stream-ends" => !same,
        _ => true,
    }
}

fn cause(finding: &Finding, target: &str) -> Cause {
    let said = finding.qemu_message.as_deref().unwrap_or_default();
    // Of several lines the inmost comes first.
    let hit = said
        .split(" ; ")
        .find_map(|line| catalogue().find(line, Words::Says));
    let (section, instance) = match finding.section.rsplit_once('#') {
        Some((section, instance)) => (section.to_owned(), instance.parse().ok()),
        None => (finding.section.clone(), Some(0)),
    };
    let mut facts = hit
        .as_ref()
        .map(|hit| hit.facts.clone())
        .unwrap_or_default();
    for (name, value) in [("section", &section), ("path", &finding.path)] {
        facts.set(name, value);
    }
    known::derive(&mut facts);
    let entry = hit
        .as_ref()
        .map(|hit| hit.entry)
        .or_else(|| catalogue().by_rule(finding.rule));
    let (id, title) = match (entry, &hit) {
        (Some(entry), Some(_)) => (entry.id.clone(), facts.fill(&entry.title)),
        (Some(entry), None) => (entry.id.clone(), finding.message.clone()),
        (None, _) => (finding.rule.to_owned(), finding.message.clone()),
    };
    let certain = finding.severity == Severity::Break;
    let full = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Cause {
        id,
        certainty: if certain {
            Certainty::Certain
        } else {
            Certainty::Probable
        },
        title,
        because: format!("{} (by {target})", finding.message),
        advice: finding.advice.clone(),
        evidence: vec!["stream", "target"],
        rule: Some(finding.rule),
        instance: instance.filter(|_| !section.is_empty()),
        section: full(&section),
        path: full(&finding.path),
        offset: finding.offset,
        source: full(&finding.source),
        target: full(&finding.target),
        ..Cause::default()
    }
}
