//! `vmsd explain` on what real QEMUs printed when they refused patched streams (`corpus/logs`, made by `scripts/make-logs.py`), and on
//! every refusal among the verdicts.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use conformance::diagnose::{Diagnosis, Evidence, Stream};
use conformance::migration::judge::Judge;
use conformance::migration::side::Side;
use serde::Deserialize;

/// A defect, and what an explanation must name first.
#[derive(Deserialize)]
struct Case {
    name: String,
    /// The versions that refused it.
    logs: Vec<String>,
    source: String,
    /// Offset, bytes that went, bytes that came.
    edits: Vec<(usize, usize, String)>,
    target: Option<String>,
    expect: Expect,
}

#[derive(Deserialize)]
struct Expect {
    cause: String,
    /// What the log alone says, if that is another cause.
    by_log: Option<String>,
    section: Option<String>,
    path: Option<String>,
    offset: Option<u64>,
    /// Whether it can be found from the last line, the stream and the target; nothing stands for yes.
    by_last: Option<bool>,
}

fn corpus(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(path)
}

fn cases() -> Vec<Case> {
    serde_json::from_slice(&fs::read(corpus("logs/cases.json")).unwrap()).unwrap()
}

impl Case {
    fn log(&self, version: &str) -> String {
        fs::read_to_string(corpus(&format!("logs/{version}/{}.log", self.name))).unwrap()
    }

    /// The stream that was refused; nothing where it is none any more.
    fn stream(&self) -> Result<Side, Vec<u8>> {
        let whole = Side::load(&[corpus("streams").join(&self.source)]).unwrap();
        let mut bytes = whole.stream.unwrap();
        let mut edits: Vec<_> = self.edits.iter().collect();
        edits.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        for (at, gone, come) in edits {
            bytes.splice(at..&(at + gone), unhex(come));
        }
        if bytes.starts_with(b"QEVM") {
            Ok(Side {
                stream: Some(bytes),
                ..Side::default()
            })
        } else {
            Err(bytes)
        }
    }

    fn target(&self) -> Option<Side> {
        let target = self.target.as_ref()?;
        Some(Side::load(&[corpus("streams").join(target)]).unwrap())
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

/// What does not agree with the expectation.
fn differences(diagnosis: &Diagnosis, expect: &Expect, how: How) -> Vec<String> {
    let Some(first) = diagnosis.causes.first() else {
        return vec!["no cause".to_owned()];
    };
    let mut found = Vec::new();
    let cause = match how {
        How::Log => expect.by_log.as_ref().unwrap_or(&expect.cause),
        _ => &expect.cause,
    };
    if first.id != *cause {
        found.push(format!("{} instead of {cause}", first.id));
    }
    if how != How::Log && expect.section.is_some() && first.section != expect.section {
        found.push(format!("section {:?}", first.section));
    }
    if how != How::Log && expect.offset.is_some() && first.offset != expect.offset {
        found.push(format!(
            "offset {:x?} instead of {:x?}",
            first.offset, expect.offset
        ));
    }
    if how == How::Target && expect.path.is_some() && first.path != expect.path {
        found.push(format!("path {:?}", first.path));
    }
    if how != How::Log
        && first.offset.is_some()
        && first
            .place
            .as_ref()
            .is_none_or(|place| place.rows.is_empty())
        && first.id != "magic"
    {
        found.push("no bytes".to_owned());
    }
    found
}

/// What is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Log,
    Stream,
    Target,
    LastLine,
}

#[test]
fn the_right_cause_comes_first() {
    let judge = Judge::with_mirrors();
    let (mut failures, mut count) = (Vec::new(), 0);
    for case in cases() {
        let (stream, target) = (case.stream(), case.target());
        let given = match &stream {
            Ok(side) => Stream::Read(side),
            Err(bytes) => Stream::Unreadable {
                sentence: "neither a migration stream nor a container of one".to_owned(),
                head: bytes[..16].to_vec(),
            },
        };
        let none = Evidence::default();
        let by_stream = Evidence::new(Some(&given), None, &judge);
        let by_target = target.map(|target| Evidence::new(Some(&given), Some(&target), &judge));
        for version in &case.logs {
            let log = case.log(version);
            let last = &log[log.find("load of migration failed").unwrap()..];
            let last = last.split(": ").take(2).collect::<Vec<_>>().join(": ");
            let mut check = |how: How, text: &str, evidence: &Evidence<'_>| {
                count += 1;
                let wrong = differences(&evidence.explain(text), &case.expect, how);
                if !wrong.is_empty() {
                    failures.push(format!(
                        "{} {version} {how:?}: {}",
                        case.name,
                        wrong.join(", ")
                    ));
                }
            };
            check(How::Log, &log, &none);
            check(How::Log, &libvirt(&log), &none);
            check(How::Stream, &log, &by_stream);
            if let Some(by_target) = &by_target {
                check(How::Target, &log, by_target);
                if case.expect.by_last != Some(false) {
                    check(How::LastLine, &last, by_target);
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {count}:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count > 800, "{count}");
}

/// The same lines as they stand in libvirt's log of a guest, behind an older failure.
fn libvirt(log: &str) -> String {
    let mut out = "2024-01-15 10:20:00.000+0000: starting up libvirt version: 9.0.0\nLC_ALL=C \\\n/usr/bin/qemu-system-x86_64 \\\n-name guest=g\n".to_owned();
    out.push_str("2024-01-15T10:20:01.1Z qemu-system-x86_64: Capability multifd is on, but received capability is off\n");
    out.push_str(
        "2024-01-15T10:20:01.1Z qemu-system-x86_64: load of migration failed: Invalid argument\n",
    );
    out.push_str("2024-01-15 10:20:02.000+0000: shutting down, reason=failed\n2024-01-15 10:21:00.000+0000: starting up libvirt version: 9.0.0\n");
    out.push_str("-incoming defer \\\n-msg timestamp=on\nchar device redirected to /dev/pts/1 (label charserial0)\n");
    for line in log.lines() {
        out.push_str(&format!("2024-01-15T10:21:02.345678Z {line}\n"));
    }
    out + "2024-01-15 10:21:03.000+0000: shutting down, reason=failed\n"
}

/// A row of the verdicts.
#[derive(Deserialize)]
struct Verdict {
    target_qemu: String,
    verdict: String,
    message: String,
}

#[test]
fn every_refusal_among_the_verdicts_is_understood() {
    let mut words = BTreeMap::new();
    for file in ["own.json", "variants.json"] {
        let rows: Vec<Verdict> =
            serde_json::from_slice(&fs::read(corpus("verdicts").join(file)).unwrap()).unwrap();
        for row in rows.into_iter().filter(|row| row.verdict == "reject") {
            words.insert(row.message, row.target_qemu);
        }
    }
    let none = Evidence::default();
    let mut failures = Vec::new();
    for (text, version) in &words {
        let diagnosis = none.explain(text);
        let first = diagnosis.causes.first();
        let vague = [
            "unexplained",
            "unknown-words",
            "field-refused",
            "section-refused",
        ];
        let named = |id: &str| {
            matches!(
                id,
                "section-type"
                    | "target-asserts"
                    | "target-asserts-msix"
                    | "target-asserts-tables"
                    | "machine-type"
                    | "configuration-missing"
                    | "footer-unexpected"
                    | "configuration-unexpected"
            )
        };
        match first {
            Some(first) if vague.contains(&first.id.as_str()) => {
                failures.push(format!("{version}: {}: {text}", first.id))
            }
            Some(first) if first.section.is_none() && !named(&first.id) => {
                failures.push(format!("{version}: {}: no section: {text}", first.id))
            }
            Some(_) => {}
            None => failures.push(format!("{version}: nothing: {text}")),
        }
    }
    assert!(words.len() > 300, "{}", words.len());
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        words.len(),
        failures.join("\n")
    );
}
