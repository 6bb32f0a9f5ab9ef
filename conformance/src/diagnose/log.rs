//! The lines of a log that tell of its last failure, out of the noise around them.
//!
//! A log is whatever people have: QEMU's standard error, libvirt's log of a guest with its command lines and time stamps, a journal, an error
//! that a management layer shows, several lines in one.

use std::sync::OnceLock;

use regex_lite::Regex;

use super::catalogue::{catalogue, Hit, Words};
use crate::limits::MAX_LOG_LINE;

/// The last failure of a log.
#[derive(Clone, Debug, Default)]
pub struct Failure {
    /// Its lines, the outcome last.
    pub lines: Vec<Line>,
    /// The reason behind "load of migration failed".
    pub errno: Option<String>,
    /// Whether the outcome tells what was inside of it, as QEMU 11 does.
    pub chained: bool,
    /// How many failures stand before it in the log.
    pub earlier: usize,
}

/// A line that counts.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its number in the log, from 1.
    pub number: usize,
    /// QEMU's words, without what stands before them.
    pub text: String,
    /// What the line is.
    pub role: Role,
}

/// What a line is.
#[derive(Clone, Debug)]
pub enum Role {
    /// It tells a cause.
    Cause(Box<Hit>),
    /// It tells where.
    Context(Box<Hit>),
    /// It is QEMU's, and nobody knows what it means.
    Unknown,
    /// The end of the load.
    Outcome,
}

/// How far before an outcome its lines may begin, if lines between them mean nothing.
const GAP: usize = 12;
/// How much of a log without an outcome is looked at.
const TAIL: usize = 400;

const OUTCOME: &str = "load of migration failed";

/// Finds the last failure.
pub(super) fn read(text: &str) -> Failure {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .flat_map(|(number, line)| parts(line).map(move |part| (number + 1, part)))
        .collect();
    let mut outcomes = lines
        .iter()
        .enumerate()
        .filter(|(_, (_, line))| ends(line))
        .map(|(place, _)| place);
    let (earlier, last) = (
        outcomes.clone().count().saturating_sub(1),
        outcomes.next_back(),
    );
    let before = outcomes.next_back();
    let end = last.map_or(lines.len(), |last| last + 1);
    let begin = before
        .map_or(0, |before| before + 1)
        .max(end.saturating_sub(TAIL));
    let region = lines.get(begin..end).unwrap_or_default();
    let mut failure = Failure {
        earlier,
        ..Failure::default()
    };
    let mut silent = 0;
    for (number, line) in region.iter().rev() {
        if starts(line) || silent > GAP {
            break;
        }
        match Line::read(*number, line) {
            Some(line) => {
                failure.lines.push(line);
                silent = 0;
            }
            // Without an outcome the log may end in anything.
            None if !failure.lines.is_empty() => silent += 1,
            None => {}
        }
    }
    failure.lines.reverse();
    if let Some(outcome) = failure.lines.last().filter(|line| is_outcome(&line.text)) {
        let (errno, chained) = reason(&outcome.text);
        (failure.errno, failure.chained) = (errno, chained);
    }
    failure
}

impl Line {
    fn read(number: usize, line: &str) -> Option<Self> {
        let line = plain(line);
        let (ours, text) = message(&line);
        if is_quiet(text) {
            return None;
        }
        let role = match catalogue().find(text, Words::Says) {
            Some(hit) => Role::Cause(Box::new(hit)),
            None if is_outcome(text) => Role::Outcome,
            None => match catalogue().find(text, Words::Implies) {
                Some(hit) => Role::Context(Box::new(hit)),
                None if ours && !is_noise(text) => Role::Unknown,
                None => return None,
            },
        };
        Some(Self {
            number,
            text: text.to_owned(),
            role,
        })
    }
}

/// Lines that were put into one.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split(" ; ")
        .flat_map(|part| part.split("\\n"))
        .filter(|part| !part.trim().is_empty())
        .map(end)
}

/// What counts of a line that is too long to be QEMU's: its words stand behind those of others.
fn end(line: &str) -> &str {
    let surplus = line.len().saturating_sub(MAX_LOG_LINE);
    let whole = (surplus..line.len()).find(|at| line.is_char_boundary(*at));
    line.get(whole.unwrap_or(0)..).unwrap_or_default()
}

/// A line without the colours of a terminal, and without anything else that would do something to one.
fn plain(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.trim_start_matches(|char: char| char.is_ascii_digit() || char == ';');
        rest = rest.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.retain(|char| char == '\t' || !char.is_control());
    out.trim_end().to_owned()
}

/// QEMU's words behind the name of the program, and whether that name stands there.
fn message(line: &str) -> (bool, &str) {
    static PROGRAM: OnceLock<Option<Regex>> = OnceLock::new();
    // qemu-system-x86_64, qemu-kvm, kvm; with a time stamp, a host and a process before it.
    let program =
        PROGRAM.get_or_init(|| Regex::new(r"(?:^|[\s/:])(?:qemu[\w.-]*|kvm)(?:\[\d+\])?: +").ok());
    // Most lines of a log are without either word, which is quicker to see.
    let named = line.contains("qemu") || line.contains("kvm");
    let program = program.as_ref().filter(|_| named);
    match program.and_then(|program| program.find(line)) {
        Some(found) => (true, line.get(found.end()..).unwrap_or_default().trim()),
        None => (false, line.trim()),
    }
}

fn is_outcome(line: &str) -> bool {
    line.contains(OUTCOME)
        || line.contains("while loading VM state")
        || line.contains("Error while loading vmstate")
}

/// Whether a load ends with the line. The words of an outcome may stand in a warning as well, or before the name of another
/// program: nothing ended there.
fn ends(line: &str) -> bool {
    let line = plain(line);
    if !is_outcome(&line) {
        return false;
    }
    let (_, text) = message(&line);
    is_outcome(text) && !is_quiet(text)
}

/// Words that end nothing.
fn is_quiet(text: &str) -> bool {
    text.is_empty() || text.starts_with("warning:") || text.starts_with("info:")
}

/// Where libvirt starts a guest: what stands before it is about another one. An outcome that a line was torn into is one still.
fn starts(line: &str) -> bool {
    (line.contains("starting up libvirt version") || line.contains(": starting up")) && !ends(line)
}

/// What QEMU says in the normal course of things.
fn is_noise(text: &str) -> bool {
    const NOISE: [&str; 6] = [
        "terminating on signal",
        "-incoming ",
        "char device redirected",
        "Image is corrupt",
        "VNC server running",
        "cpus are not resettable",
    ];
    NOISE.iter().any(|noise| text.contains(noise))
}

/// The reason of an outcome, and whether more stands behind it.
fn reason(outcome: &str) -> (Option<String>, bool) {
    let Some((_, rest)) = outcome.split_once(OUTCOME) else {
        return (None, false);
    };
    let rest = rest.trim_start_matches(':').trim();
    let (errno, more) = rest.split_once(": ").unwrap_or((rest, ""));
    let errno = errno
        .trim_end_matches(['.', '"', '\'', '}', ')'])
        .to_owned();
    (
        Some(errno).filter(|errno| !errno.is_empty()),
        !more.is_empty(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBVIRT: &str = "\
2024-01-15 10:20:00.000+0000: starting up libvirt version: 9.0.0, qemu version: 7.2.0
LC_ALL=C \\
/usr/bin/qemu-system-x86_64 \\
-name guest=old,debug-threads=on
2024-01-15T10:20:01.000000Z qemu-system-x86_64: Unknown savevm section type 85
2024-01-15T10:20:01.000001Z qemu-system-x86_64: load of migration failed: Invalid argument
2024-01-15 10:20:02.000+0000: shutting down, reason=failed
2024-01-15 10:21:00.000+0000: starting up libvirt version: 9.0.0, qemu version: 7.2.0
-msg timestamp=on
char device redirected to /dev/pts/1 (label charserial0)
2024-01-15T10:21:01.000000Z qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.07H
2024-01-15T10:21:02.000000Z qemu-system-x86_64: Missing section footer for 0000:00:01.3/piix4_pm
2024-01-15T10:21:02.000001Z qemu-system-x86_64: load of migration failed: Invalid argument
2024-01-15 10:21:03.000+0000: shutting down, reason=failed
";

    #[test]
    fn the_last_failure_is_found_in_a_log_of_libvirt() {
        let failure = read(LIBVIRT);
        let texts: Vec<&str> = failure
            .lines
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        assert_eq!(
            texts,
            [
                "Missing section footer for 0000:00:01.3/piix4_pm",
                "load of migration failed: Invalid argument"
            ]
        );
        assert_eq!(failure.lines[0].number, 12);
        assert_eq!(
            (failure.earlier, failure.errno.as_deref()),
            (1, Some("Invalid argument"))
        );
    }

    #[test]
    fn nothing_of_a_line_reaches_a_terminal_but_words() {
        let log =
            "\u{1b}]0;title\u{7} \u{1b}[31mqemu-kvm: Unknown\r savevm section type 85\u{9b}2J";
        let failure = read(log);
        assert_eq!(failure.lines[0].text, "Unknown savevm section type 852J");
    }

    #[test]
    fn several_lines_in_one_are_taken_apart() {
        let journal = r"Nov 23 10:11:24 host libvirtd[77]: internal error: process exited while connecting to monitor: 2024-01-15T10:21:02Z qemu-kvm: 8 != 3\nqemu-kvm: Failed to load PCIBUS:nirq\nqemu-kvm: load of migration failed: Invalid argument";
        let failure = read(journal);
        assert_eq!(failure.lines.len(), 3);
        assert!(
            matches!(&failure.lines[0].role, Role::Cause(hit) if hit.entry.id == "value-equal")
        );
        assert!(matches!(failure.lines[1].role, Role::Context(_)));
    }

    #[test]
    fn of_a_long_line_the_end_counts() {
        let line = format!(
            "{}é: load of migration failed: Invalid argument",
            "é".repeat(1 << 20)
        );
        let failure = read(&line);
        assert_eq!(failure.errno.as_deref(), Some("Invalid argument"));
        assert!(failure.lines[0].text.len() <= MAX_LOG_LINE);
    }

    #[test]
    fn a_line_that_nobody_knows_is_kept() {
        let failure = read("qemu-system-x86_64: frobnicator: wrong phase of the moon\nqemu-system-x86_64: load of migration failed: Invalid argument\n");
        assert!(matches!(failure.lines[0].role, Role::Unknown));
    }
}
