//! What a mistake in a struct looks like to who made it: each file of `tests/ui`, and the errors beside it.
//!
//! The wording of rustc's own part changes between versions; `TRYBUILD=overwrite cargo test -p vmsd-derive --test ui`
//! writes the files anew.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.compile_fail("tests/ui/*/*.rs");
}
