//! A log of any text, with a stream and a target of any bytes: the same answer each time, every place in it inside the input,
//! and a failure that a real QEMU printed is found in whatever stands around it.
//!
//! An input is the log; from the first `QEVM` on it is the stream that was refused, from the second on the target's.

use std::sync::OnceLock;

use conformance::diagnose::{Cause, Diagnosis, Evidence, Failure, Stream};
use conformance::migration::judge::Judge;
use conformance::migration::side::Side;
use conformance::report::{explain as report, Styles};
use include_dir::{include_dir, Dir};
use vmsd_schema::wire::marker;

/// What real QEMUs printed, by version and defect.
static LOGS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../corpus/logs");

/// Where libvirt starts a guest: what stands before it is about another one.
const START: &str = "2024-01-15 10:21:00.000+0000: starting up libvirt version: 9.0.0\n";

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let (log, rest) = split(data);
    let (stream, target) = split_behind_magic(rest);
    let log = String::from_utf8_lossy(log);
    let target = (!target.is_empty()).then(|| side(target));
    if stream.is_empty() {
        let head = log.as_bytes().iter().take(16).copied().collect();
        let sentence = log.lines().next().unwrap_or_default().to_owned();
        explained(&log, None, None, &[]);
        explained(
            &log,
            Some(&Stream::Unreadable { sentence, head }),
            None,
            &[],
        );
    } else {
        let side = side(stream);
        explained(&log, Some(&Stream::Read(&side)), target.as_ref(), stream);
    }
    found_in_noise(&log, data.len());
}

/// The real logs, in an order that stays.
pub(crate) fn logs() -> Vec<(String, &'static str)> {
    let files = LOGS.dirs().flat_map(Dir::files);
    let named = files.filter_map(|file| {
        let name = file.path().to_str()?.strip_suffix(".log")?;
        Some((name.replace('/', "-"), file.contents_utf8()?))
    });
    named.collect()
}

/// What stands before the first magic number, and what stands from there on.
fn split(data: &[u8]) -> (&[u8], &[u8]) {
    let magic = marker::FILE_MAGIC.to_be_bytes();
    let at = data.windows(magic.len()).position(|four| four == magic);
    data.split_at(at.unwrap_or(data.len()))
}

fn split_behind_magic(data: &[u8]) -> (&[u8], &[u8]) {
    let skipped = data.get(1..).unwrap_or_default();
    let rest = split(skipped).1;
    data.split_at(data.len() - rest.len())
}

fn side(stream: &[u8]) -> Side {
    Side {
        stream: Some(stream.to_vec()),
        ..Side::default()
    }
}

/// Two explanations say the same, and nothing that is not there.
fn explained(log: &str, stream: Option<&Stream<'_>>, target: Option<&Side>, data: &[u8]) {
    static JUDGE: OnceLock<Judge> = OnceLock::new();
    let judge = JUDGE.get_or_init(Judge::with_mirrors);
    let once = || Evidence::new(stream, target, judge).explain(log);
    let (first, second) = (once(), once());
    assert_eq!(first.causes, second.causes, "another answer");
    assert_eq!(printed(&first), printed(&second), "another report");
    lines(&first.failure, log);
    first.causes.iter().for_each(|cause| place(cause, data));
}

fn printed(diagnosis: &Diagnosis) -> Vec<u8> {
    let mut out = Vec::new();
    let written = report::text(diagnosis, &mut out, &Styles::default());
    assert!(written.is_ok(), "a report cannot be written");
    out
}

/// Lines of a failure are lines of the log.
fn lines(failure: &Failure, log: &str) {
    for line in &failure.lines {
        let own = log.lines().nth(line.number.wrapping_sub(1));
        let Some(own) = own else {
            panic!("line {} is not in the log", line.number);
        };
        // Colours are taken out, and whatever else does something to a terminal.
        let words = |char: &char| *char == '\t' || !char.is_control();
        let own: String = own.chars().filter(words).collect();
        assert!(
            own.contains(&line.text) || log.contains("\u{1b}["),
            "line {} is another: {}",
            line.number,
            line.text
        );
    }
}

/// The place of a cause lies in the stream, and the bytes that are shown are those that stand there.
fn place(cause: &Cause, data: &[u8]) {
    let len = data.len() as u64;
    assert!(
        cause.offset.is_none_or(|at| at <= len),
        "a cause stands behind the stream: {cause:?}"
    );
    let Some(place) = &cause.place else {
        return;
    };
    if let Some(section) = &place.section {
        assert!(
            section.at <= section.body_at && section.body_at + section.len <= len,
            "a section stands behind the stream: {section:?}"
        );
    }
    for row in &place.rows {
        let at = usize::try_from(row.offset).unwrap_or(usize::MAX);
        let bytes = data.get(at..).and_then(|rest| rest.get(..row.bytes.len()));
        assert_eq!(bytes, Some(&*row.bytes), "other bytes are shown: {row:?}");
        assert!(row.offset + row.len <= len, "a row is too long: {row:?}");
    }
}

/// A real log says the same behind the log of another guest, and where what is around it says nothing.
fn found_in_noise(noise: &str, number: usize) {
    static KNOWN: OnceLock<Vec<(&str, Diagnosis)>> = OnceLock::new();
    let none = Evidence::default();
    let known = KNOWN.get_or_init(|| {
        let logs = logs().into_iter();
        logs.map(|(_, log)| (log, none.explain(log))).collect()
    });
    let Some((log, alone)) = known.get(number % known.len().max(1)) else {
        return;
    };
    same(&none.explain(&format!("{noise}\n{START}{log}")), alone);
    if none.explain(noise).failure.lines.is_empty() {
        same(&none.explain(&format!("{noise}\n{log}\n{noise}")), alone);
    }
}

fn same(found: &Diagnosis, alone: &Diagnosis) {
    assert_eq!(found.causes, alone.causes, "noise hides a cause");
    let texts = |diagnosis: &Diagnosis| -> Vec<String> {
        let lines = diagnosis.failure.lines.iter();
        lines.map(|line| line.text.clone()).collect()
    };
    assert_eq!(texts(found), texts(alone), "noise changes a failure");
}
