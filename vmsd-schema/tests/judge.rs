//! What is said of real machines: dumps and streams of four QEMUs into each other, with and without what is known beside
//! them. That it is right is for real loads to tell; here nothing of it changes unnoticed.
//!
//! `BLESS=1` writes `judge.txt` anew.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs::File;
use std::path::{Path, PathBuf};

use vmsd_schema::compat::{
    by_id, check, check_beside, Knowledge, Matrix, Mode, Origin, Severity, Verdict,
};
use vmsd_schema::schema::{SchemaSet, StreamDescription};
use vmsd_schema::stream::locate;

fn corpus(path: &str) -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(path);
    zstd::decode_all(File::open(file).unwrap()).unwrap()
}

fn dump(name: &str) -> SchemaSet {
    SchemaSet::from_dump(&corpus(&format!("dumps/{name}.json.zst"))).unwrap()
}

/// What a stream says of itself, as much as a guest of its kind shows.
fn stream(name: &str) -> SchemaSet {
    let bytes = corpus(&format!("streams/{name}.qevm.zst"));
    let text = locate::description_at_tail(&bytes).unwrap().json;
    SchemaSet::from_description(&StreamDescription::from_json(text, 0).unwrap())
}

const DUMPS: [&str; 6] = [
    "x86_64-5.2.pc-q35-5.2",
    "x86_64-7.2.pc-q35-7.2",
    "x86_64-10.0.pc-q35-10.0",
    "x86_64-11.1.pc-q35-7.2",
    "aarch64-7.2.virt",
    "aarch64-11.1.virt",
];

const STREAMS: [&str; 4] = [
    "matrix/pc-q35-7.2.virtio.from-7.2",
    "matrix/pc-q35-7.2.virtio.from-11.1",
    "matrix/pc-i440fx-5.2.usb.from-5.2",
    "matrix/pc-i440fx-5.2.usb.from-11.1",
];

fn sources() -> Vec<(String, SchemaSet)> {
    let dumps = DUMPS
        .iter()
        .map(|name| (format!("dump {name}"), dump(name)));
    let streams = STREAMS
        .iter()
        .map(|name| (format!("stream {name}"), stream(name)));
    dumps.chain(streams).collect()
}

/// A line for each finding, and how often it stands there.
fn said(title: &str, findings: &[vmsd_schema::compat::Finding], out: &mut String) {
    writeln!(out, "{title}: {}", Verdict::of(findings)).unwrap();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let line = match finding.rule {
            // Dumps list every device that a binary has.
            "section-removed" => format!("{} {}", finding.severity, finding.rule),
            _ => finding.to_string(),
        };
        *lines.entry(line).or_default() += 1;
    }
    for (line, times) in lines {
        writeln!(out, "  {times} {line}").unwrap();
    }
}

#[test]
fn nothing_that_is_said_of_real_machines_changes_unnoticed() {
    let sources = sources();
    let mut out = String::new();
    let mut pair = |from: usize, to: usize, beside: Option<(&str, &Knowledge<'_>)>| {
        let ((from_name, from), (to_name, to)) = (&sources[from], &sources[to]);
        let (words, findings) = match beside {
            Some((words, beside)) => (words, check_beside(from, to, beside)),
            None => ("", check(from, to)),
        };
        said(
            &format!("{from_name} to {to_name}{words}"),
            &findings,
            &mut out,
        );
    };
    for (one, other) in [(0, 1), (1, 2), (2, 3), (6, 7), (7, 8), (8, 9)] {
        pair(one, other, None);
        pair(other, one, None);
    }
    pair(4, 5, None);
    for (dump, stream) in [(3, 6), (3, 9)] {
        pair(dump, stream, None);
        pair(stream, dump, None);
    }
    let known = [
        dump("x86_64-11.1.pc-q35-7.2"),
        dump("x86_64-7.2.pc-q35-7.2"),
    ];
    for origin in [Origin::Version, Origin::Mirrors] {
        let mut beside = Knowledge::default();
        beside.add(&known[0], origin);
        beside.add(&known[1], Origin::Mirrors);
        let words = format!(" beside {origin:?}");
        for (from, to) in [(7, 6), (6, 9), (3, 7)] {
            pair(from, to, Some((&words, &beside)));
        }
    }
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/judge.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, &out).unwrap();
    }
    let expected = std::fs::read_to_string(&file).unwrap();
    let differs = out.lines().zip(expected.lines()).find(|(a, b)| a != b);
    assert!(
        out == expected,
        "{} lines for {}: {differs:?}",
        out.lines().count(),
        expected.lines().count()
    );
}

#[test]
fn nothing_is_said_of_a_machine_into_itself() {
    for (name, set) in sources() {
        assert_eq!(check(&set, &set), [], "{name}");
    }
}

#[test]
fn a_matrix_has_the_cells_that_its_mode_asks_for() {
    let machines = [0, 2, 3].map(|at| (DUMPS[at].to_owned(), dump(DUMPS[at])));
    let cells = |mode| -> Vec<_> {
        let matrix = Matrix::of(&machines, mode);
        assert_eq!(
            matrix.names,
            machines.each_ref().map(|(name, _)| name.clone())
        );
        for cell in &matrix.cells {
            let found = matrix.cell(cell.from, cell.to).unwrap();
            let expected = check(&machines[cell.from].1, &machines[cell.to].1);
            assert_eq!(found.findings, expected);
            assert_eq!(found.verdict, Verdict::of(&expected));
        }
        assert!(matrix.cell(0, 0).is_none() && matrix.cell(3, 0).is_none());
        let worst = matrix.cells.iter().map(|cell| cell.verdict).max().unwrap();
        assert_eq!(matrix.worst(), worst);
        matrix
            .cells
            .iter()
            .map(|cell| (cell.from, cell.to))
            .collect()
    };
    assert_eq!(cells(Mode::Backward), [(0, 1), (0, 2), (1, 2)]);
    assert_eq!(cells(Mode::Forward), [(1, 0), (2, 0), (2, 1)]);
    let all = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)];
    assert_eq!(cells(Mode::Full), all);
    assert_eq!(Matrix::default().worst(), Verdict::default());
}

#[test]
fn names_of_rules_and_severities_are_found_again() {
    assert_eq!(
        by_id("field-added").map(|rule| rule.id),
        Some("field-added")
    );
    assert!(by_id("field-invented").is_none());
    for severity in Severity::ALL {
        assert_eq!(Severity::named(&severity.to_string()), Some(severity));
    }
    assert_eq!(Severity::named("nothing"), None);
}
