//! The causes in order: what is shown before what is told, what is told before what is known of such words in general.

use super::catalogue::catalogue;
use super::said::{Said, Strength};
use super::{Cause, Certainty};

/// Puts what the log says and what was found together.
///
/// `whole` is whether the stream was read to its end: then it is not damaged.
pub(super) fn order(said: Option<Said>, mut found: Vec<Cause>, whole: bool) -> Vec<Cause> {
    let Some(said) = said else {
        return found;
    };
    let first = found
        .iter()
        .position(|cause| fits(cause, &said))
        .map(|place| found.remove(place));
    let mut causes = Vec::new();
    if let Some(mut cause) = first {
        cause.evidence.insert(0, "log");
        complete(&mut cause, &said);
        causes.push(cause);
    }
    causes.extend(told(&said, causes.first(), whole));
    causes.extend(found);
    causes
}

/// Whether something that was found is what the log is about.
fn fits(cause: &Cause, said: &Said) -> bool {
    let section = said.facts.get("section");
    let elsewhere = section.is_some() && cause.section.as_deref() != section;
    // Behind the end of a stream QEMU reads whatever it finds, and wonders about that.
    if cause.id == "stream-cut" && cause.section.is_some() && !elsewhere {
        return true;
    }
    match (said.strength, said.entry) {
        (Strength::Told, Some(entry)) => {
            // What is found in the section explains a wrong length of it, whatever it is.
            let same = cause.id == entry.id
                || matches!(
                    entry.id.as_str(),
                    "section-length" | "footer-id" | "field-refused" | "postload"
                );
            same && !elsewhere
        }
        // QEMU goes through the stream in order, and stops at the first thing.
        (Strength::Guessed, Some(entry)) if SHARP.contains(&entry.id.as_str()) => {
            let cut = entry.id == "stream-cut" && cause.id == "configuration-cut";
            (cause.id == entry.id || cut) && !elsewhere
        }
        _ => !elsewhere,
    }
}

/// Entries that a reason alone means, and nothing else has that reason.
const SHARP: [&str; 2] = ["subsection-unknown", "stream-cut"];

/// Adds to what was found what the log tells besides.
fn complete(cause: &mut Cause, said: &Said) {
    if said.strength == Strength::Told {
        let own = said.entry.is_some_and(|entry| entry.id == cause.id);
        if let Some(entry) = said.entry.filter(|_| own) {
            let mut facts = said.facts.clone();
            if let Some(section) = &cause.section {
                facts.set("section", section);
                facts.set("device", section);
            }
            cause.title = facts.fill(&entry.title);
        }
    }
    let fact = |name: &str| said.facts.get(name).map(str::to_owned);
    cause.source = cause.source.take().or_else(|| fact("sent"));
    cause.target = cause.target.take().or_else(|| fact("local"));
    cause.path = cause.path.take().or_else(|| said.path.clone());
    let section = cause.section.clone().unwrap_or_default();
    for device in catalogue().known(&cause.id, &section) {
        cause.advice = format!("{}; for this device: {}", cause.advice, device.advice);
    }
}

/// What the log says, with what is known of such words.
fn told(said: &Said, shown: Option<&Cause>, whole: bool) -> Vec<Cause> {
    let fact = |name: &str| said.facts.get(name).map(str::to_owned);
    let instance = fact("instance").and_then(|text| match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    });
    let shown = shown.cloned().unwrap_or_default();
    let base = Cause {
        section: fact("section")
            .or(shown.section)
            .or_else(|| configuration(said)),
        instance: instance.or(shown.instance),
        path: said
            .path
            .clone()
            .or_else(|| fact("subsection"))
            .or_else(|| fact("block")),
        source: fact("sent"),
        target: fact("local"),
        inside: fact("register")
            .and_then(|text| u64::from_str_radix(text.trim_start_matches("0x"), 16).ok()),
        evidence: vec!["log"],
        ..Cause::default()
    };
    let Some(entry) = said.entry else {
        return vec![foreign(said, base)];
    };
    let subject = fact("block")
        .or_else(|| base.section.clone())
        .unwrap_or_default();
    let devices = catalogue()
        .known(&entry.id, &subject)
        .map(|device| (&device.what, &device.advice));
    // A stream that was read to its end has its layout right; what is in its pages nobody read.
    let sound = whole
        && !entry.id.starts_with("ram-")
        && !entry.because.iter().all(|because| because.damage);
    let general = entry
        .because
        .iter()
        .filter(|because| !(sound && because.damage))
        .map(|because| (&because.what, &because.advice));
    let title = said.facts.fill(&entry.title);
    let causes = devices
        .chain(general)
        .enumerate()
        .map(|(place, (what, advice))| Cause {
            id: entry.id.clone(),
            certainty: match (place, said.strength) {
                (0, Strength::Told) => Certainty::Probable,
                _ => Certainty::Possible,
            },
            title: title.clone(),
            because: said.facts.fill(what),
            advice: said.facts.fill(advice),
            ..base.clone()
        });
    causes.collect()
}

/// Causes of the configuration section do not name it.
fn configuration(said: &Said) -> Option<String> {
    use super::catalogue::Place;
    let entry = said.entry?;
    match entry.place {
        Place::Configuration => Some("configuration".to_owned()),
        _ if entry.id.starts_with("ram-") => Some("ram".to_owned()),
        _ => None,
    }
}

/// Words that the catalogue does not have.
fn foreign(said: &Said, base: Cause) -> Cause {
    let place = match (&base.section, &base.path) {
        (Some(section), Some(path)) => format!(" while it loaded {path} of {section}"),
        (Some(section), None) => format!(" while it loaded {section}"),
        _ => String::new(),
    };
    Cause {
        id: "unknown-words".to_owned(),
        certainty: Certainty::Probable,
        title: format!("QEMU says, in words that vmsd does not know: {}", said.words),
        because: format!("the target's QEMU printed it{place}, directly before it gave up"),
        advice: "give the device that the words are about the same properties on both sides; search QEMU's source for the words without their numbers; with `--stream` and `--target` vmsd compares the two itself".to_owned(),
        ..base
    }
}
