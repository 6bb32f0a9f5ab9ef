//! Every test that `docs/macros.md` names exists, and every row names one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::fs;
use std::path::Path;

#[test]
fn every_row_has_a_test_that_exists() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(package.join("../docs/macros.md")).unwrap();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .collect();
    assert!(rows.len() > 40, "{} rows", rows.len());
    for row in rows {
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for test in tests.split(", ") {
            let path: Vec<&str> = test.trim_matches('`').split("::").collect();
            let [folder @ .., file, name] = &path[..] else {
                panic!("no test in {row}");
            };
            let folder = folder.first().unwrap_or(&"derive");
            let file = package.join(format!("tests/{folder}/{file}.rs"));
            let source = fs::read_to_string(&file).unwrap_or_else(|_| panic!("no file of {test}"));
            // One of a macro's tests stands as its first argument.
            let known = [format!("fn {name}("), format!("{name}, ")];
            assert!(
                known.iter().any(|text| source.contains(text)),
                "no test {test}"
            );
        }
    }
}
