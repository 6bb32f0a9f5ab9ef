//! The vectors of QEMU's own unit test of the codec (tests/unit/test-vmstate.c), through derived structs, both ways.
//!
//! Each case is a struct, its values and its bytes. A save gives the bytes, a load of the bytes gives the values, and
//! a load of a part of them fails, as in QEMU's test: of nothing, of all but the end, of either half.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

mod containers;
mod fields;

use std::fmt::Debug;

use vmsd_schema::{load, save, VmState};

/// Bytes of a text such as `01 0203`.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap())
        .collect()
}

/// `state` is saved as `wire`.
#[track_caller]
fn saves<S: VmState>(mut state: S, wire: &str) {
    assert_eq!(save(&mut state, S::VERSION).unwrap(), hex(wire));
}

/// `wire` of `version`, loaded into `start`, is `expected`; a part of it is refused.
#[track_caller]
fn loads<S: VmState + Clone + PartialEq + Debug>(
    start: &S,
    wire: &str,
    version: u32,
    expected: &S,
) {
    let bytes = hex(wire);
    let mut state = start.clone();
    load(&mut state, &bytes, version).unwrap();
    assert_eq!(state, *expected);
    // QEMU's vectors end in one more byte, which stands for the end of the section.
    let size = bytes.len() + 1;
    let parts = [
        &bytes[..0],
        &bytes[..size - 2],
        &bytes[..size / 2],
        &bytes[size / 2..],
    ];
    for part in parts {
        let error = load(&mut start.clone(), part, version).unwrap_err();
        assert!(error.offset().is_some(), "{error}");
    }
}

/// Both directions.
#[track_caller]
fn vector<S: VmState + Clone + PartialEq + Debug>(start: &S, full: &S, wire: &str) {
    saves(full.clone(), wire);
    loads(start, wire, S::VERSION, full);
}
