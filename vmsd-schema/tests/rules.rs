//! Every rule on every pair of schemas in `corpus/pairs`, both ways, and on equal pairs; and that every rule has its pair.
//!
//! `BLESS=1` writes the expectations anew.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use vmsd_schema::compat::{check, Finding, Severity, Verdict, RULES};
use vmsd_schema::schema::SchemaSet;

fn pairs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus/pairs")
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn schema(path: &Path) -> SchemaSet {
    let text = std::fs::read(path).unwrap();
    SchemaSet::from_json(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn show(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        writeln!(
            text,
            "{finding}\n  source: {}\n  target: {}",
            finding.source, finding.target
        )
        .unwrap();
        if let Some(words) = &finding.qemu_message {
            writeln!(text, "  QEMU: {words}").unwrap();
        }
    }
    text
}

fn report(old: &SchemaSet, new: &SchemaSet) -> String {
    let (forward, backward) = (check(old, new), check(new, old));
    format!(
        "old to new: {}\n{}\nnew to old: {}\n{}",
        Verdict::of(&forward),
        show(&forward),
        Verdict::of(&backward),
        show(&backward)
    )
}

#[test]
fn every_rule_on_every_pair() {
    let mut wrong = Vec::new();
    for folder in folders(&pairs())
        .into_iter()
        .filter(|path| name(path) != "none")
    {
        let (old, new) = (
            schema(&folder.join("old.json")),
            schema(&folder.join("new.json")),
        );
        let said = report(&old, &new);
        let rules: BTreeSet<_> = check(&old, &new)
            .iter()
            .map(|finding| finding.rule)
            .collect();
        assert!(
            rules.contains(&*name(&folder)),
            "{} is not found in its own pair: {said}",
            name(&folder)
        );
        let expected = folder.join("findings.txt");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&expected, &said).unwrap();
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != said {
            wrong.push(format!("{}:\n{said}", folder.display()));
        }
        for same in [&old, &new] {
            assert_eq!(show(&check(same, same)), "", "{}", folder.display());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_the_same_on_the_wire_is_no_finding() {
    let folders = folders(&pairs().join("none"));
    assert!(folders.len() >= 5);
    for folder in folders {
        let (old, new) = (
            schema(&folder.join("old.json")),
            schema(&folder.join("new.json")),
        );
        assert_eq!(show(&check(&old, &new)), "", "{}", folder.display());
    }
}

#[test]
fn a_rule_is_a_file_and_a_pair() {
    let ids: Vec<_> = RULES.iter().map(|rule| rule.id.to_owned()).collect();
    let mut pairs: Vec<_> = folders(&pairs()).iter().map(|path| name(path)).collect();
    pairs.retain(|pair| pair != "none");
    assert_eq!(pairs, ids);
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/compat/rules");
    let mut files: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .replace('_', "-")
        })
        .collect();
    files.sort();
    assert_eq!(files, ids);
}

#[test]
fn no_rule_is_worse_than_it_says() {
    for folder in folders(&pairs())
        .into_iter()
        .filter(|path| name(path) != "none")
    {
        let (old, new) = (
            schema(&folder.join("old.json")),
            schema(&folder.join("new.json")),
        );
        for finding in check(&old, &new) {
            let rule = RULES.iter().find(|rule| rule.id == finding.rule).unwrap();
            assert!(
                finding.severity <= rule.severity.max(Severity::Risk),
                "{finding}"
            );
        }
    }
}
