//! Errors and rules cite sections of `docs/format.md`: every one of them is there, and it is the right one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use vmsd_schema::stream::{Chunk, Event, Parser};
use vmsd_schema::{compat, Error, ErrorKind, VmState};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The numbers of the headings, of chapters and of sections, in their order.
fn headings() -> Vec<String> {
    let page = fs::read_to_string(root().join("docs/format.md")).unwrap();
    let titles = page.lines().filter_map(|line| {
        line.strip_prefix("## ")
            .or_else(|| line.strip_prefix("### "))
    });
    let numbers = titles.map(|title| title.split(' ').next().unwrap().trim_end_matches('.'));
    numbers.map(str::to_owned).collect()
}

#[test]
fn sections_are_numbered_without_gaps() {
    let (mut chapter, mut section) = (0, 0);
    for number in headings() {
        let next = match number.split_once('.') {
            None => {
                (chapter, section) = (chapter + 1, 0);
                chapter.to_string()
            }
            Some(_) => {
                section += 1;
                format!("{chapter}.{section}")
            }
        };
        assert_eq!(number, next);
    }
    assert!(chapter >= 11, "{chapter} chapters");
}

#[test]
fn every_section_that_is_cited_exists() {
    let mut cited: BTreeSet<String> = BTreeSet::new();
    let kinds = ErrorKind::ALL.iter().map(|kind| kind.section());
    let rules = compat::rules().map(|rule| rule.section);
    cited.extend(kinds.chain(rules).map(str::to_owned));
    for folder in ["vmsd-schema/src", "conformance/src"] {
        literals(&root().join(folder), &mut cited);
    }
    assert!(cited.contains("3.6") && cited.contains("9.1"), "{cited:?}");
    let headings = headings();
    for section in cited {
        assert!(headings.contains(&section), "no section {section}");
    }
}

/// Sections that the sources name: in `cite("…")`, and in the functions that are called `section`.
fn literals(folder: &Path, cited: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            literals(&path, cited);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            let calls = source.split("cite(\"").skip(1);
            cited.extend(calls.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            let functions = source.split("fn section(").skip(1);
            for body in functions.filter_map(|rest| Some(rest.split_once("\n    }\n")?.0)) {
                let text = body.split('"').skip(1).step_by(2);
                let numbers = text.filter(|text| text.starts_with(|c: char| c.is_ascii_digit()));
                cited.extend(numbers.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_rule_of_a_finding_cites_a_section() {
    for folder in ["vmsd-schema/src/accept", "vmsd-schema/src/accept.rs"] {
        let mut rules = BTreeSet::new();
        rules_in(&root().join(folder), &mut rules);
        assert!(!rules.is_empty());
        for rule in rules {
            assert!(compat::section_of(&rule).is_some(), "{rule} cites nothing");
        }
    }
    assert_eq!(compat::section_of("subsection-removed"), Some("3.6"));
    assert_eq!(compat::section_of("uuid-differs"), Some("1.5"));
    assert_eq!(compat::section_of("waiver-unused"), None);
}

/// The ids that the model of a load gives its findings.
fn rules_in(path: &Path, rules: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            rules_in(&entry.unwrap().path(), rules);
        }
        return;
    }
    let source = fs::read_to_string(path).unwrap();
    for call in ["rule: \"", "Refusal::new(\"", "Refusal::unknown(\""] {
        let found = source.split(call).skip(1);
        rules.extend(found.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
}

/// A header, and what follows it.
fn stream(rest: &[u8]) -> Vec<u8> {
    [b"QEVM\0\0\0\x03", rest].concat()
}

/// START of `ram`, and what follows it.
fn ram(rest: &[u8]) -> Vec<u8> {
    stream(&[b"\x01\0\0\0\x01\x03ram\0\0\0\0\0\0\0\x04", rest].concat())
}

/// How reading ends, where every body has two bytes.
fn failure(bytes: &[u8]) -> Error {
    let mut parser = Parser::new();
    loop {
        if parser.awaits_body() {
            if let Err(error) = parser.body_done(2) {
                return error;
            }
        }
        let at = usize::try_from(parser.offset()).unwrap();
        match parser.parse(&bytes[at..], true) {
            Ok(Chunk::Parsed { event, .. }) => {
                assert!(!matches!(event, Event::Eof { .. }), "read to its end");
            }
            Ok(other) => panic!("{other:?}"),
            Err(error) => return error,
        }
    }
}

#[test]
fn a_damaged_stream_cites_what_it_is_against() {
    let blocks = b"\0\0\0\0\0\0\x10\x04\x03abc\0\0\0\0\0\0\x10\0\0\0\0\0\0\0\0\x10\x7e\0\0\0\x01";
    let part = |record: &[u8]| ram(&[&blocks[..], b"\x02\0\0\0\x01", record].concat());
    let device = b"\x04\0\0\0\x05\x01d\0\0\0\0\0\0\0\x01ab";
    let cases: &[(&str, Vec<u8>)] = &[
        ("1.1", b"QEVX\0\0\0\x03".to_vec()),
        ("1.1", b"QEVM\0\0\0\x02".to_vec()),
        ("1.2", stream(b"\x55")),
        ("1.2", stream(b"\x04\0\0")),
        ("1.2", stream(b"\x02\0\0\0\x09")),
        ("1.2", stream(b"\x04\0\0\0\x05\0")),
        ("1.4", stream(&[&device[..], b"\x55"].concat())),
        ("1.4", stream(&[&device[..], b"\x7e\0\0\0\x06"].concat())),
        ("1.5", stream(b"\x07\0\0\0\x09pc")),
        ("1.6", stream(b"\x08\0\x0c\0\0")),
        ("1.6", stream(b"\x08\0\x02\0\x01a")),
        ("2.1", part(b"\0\0\0\0\0\0\0\x01")),
        ("2.2", ram(b"\0\0\0\0\0\0\x10\x04\0")),
        ("2.4", part(b"\0\0\0\0\0\0\0\x40\x03abc\x02")),
        ("3.4", stream(b"\x01\0\0\0\x01\x03ram\0\0\0\0\0\0\0\x05")),
        (
            "7.4",
            stream(b"\x01\0\0\0\x01\x17s390-storage_attributes\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x05"),
        ),
    ];
    for (section, bytes) in cases {
        let error = failure(bytes);
        assert_eq!(error.section(), *section, "{error}");
    }
}

#[derive(Debug, Default, VmState)]
#[vmstate(name = "dev", version = 2)]
struct Dev {
    n: u8,
    #[vmstate(len = n)]
    all: Vec<u8>,
    #[vmstate(max = 3)]
    cursor: u8,
    #[vmstate(subsection)]
    sub: Option<Sub>,
}

#[derive(Debug, Default, VmState)]
#[vmstate(name = "dev/sub", version = 1)]
struct Sub {
    #[vmstate(equal)]
    a: u8,
}

#[test]
fn a_failed_load_cites_what_it_is_against() {
    let cases: &[(&str, &[u8], u32)] = &[
        ("3.4", b"", 3),
        ("6.4", b"", 2),
        ("3.2", b"\x09", 2),
        ("6.6", b"\0\x04", 2),
        ("3.6", b"\0\0\x05\x07dev/new\0\0\0\x01", 2),
        ("4.1", b"\0\0\x05\x07dev/sub\0\0\0\x01\x09", 2),
        ("1.2", b"\0\0a", 2),
    ];
    for (section, bytes, version) in cases {
        let error = vmsd_schema::load(&mut Dev::default(), bytes, *version).unwrap_err();
        assert_eq!(error.section(), *section, "{error}");
    }
}
