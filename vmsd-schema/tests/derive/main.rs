//! What each word of the derive does on the wire, in the static schema and in the description. `docs/macros.md` names
//! the test of each of QEMU's macro families.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

mod checks;
mod containers;
mod description;
mod elements;
mod encodings;
mod failures;
mod lengths;
mod nested;
mod pointers;
mod presence;
mod state;
mod subsections;
mod untold_lengths;

use std::fmt::Debug;

use vmsd_schema::schema::Description;
use vmsd_schema::vmstate::Note;
use vmsd_schema::wire::Reader;
use vmsd_schema::{describe, load, save, Dialect, Error, Inspection, Loader, VmState};

/// Bytes of a text such as `01 0203`.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap())
        .collect()
}

/// `state` is saved as `wire`, and `wire` loaded into `start` is `state`.
#[track_caller]
fn round_trip<S: VmState + Debug + PartialEq>(mut state: S, mut start: S, wire: &str) {
    assert_eq!(save(&mut state, S::VERSION).unwrap(), hex(wire));
    load(&mut start, &hex(wire), S::VERSION).unwrap();
    assert_eq!(start, state);
}

/// Loads `wire` into the default value.
fn loaded<S: VmState + Default>(wire: &str, version: u32) -> Result<S, Error> {
    let mut state = S::default();
    load(&mut state, &hex(wire), version)?;
    Ok(state)
}

/// The error of a load into `state`.
#[track_caller]
fn refusal<S: VmState>(mut state: S, wire: &str) -> Error {
    load(&mut state, &hex(wire), S::VERSION).unwrap_err()
}

/// What a load without a destination finds, and what it adopted.
fn inspected<S: VmState>(mut state: S, wire: &str, hint: Option<&Description>) -> (S, Vec<Note>) {
    let bytes = hex(wire);
    let mut inspection = Inspection::of(hint);
    let mut loader = Loader::inspect(Reader::new(&bytes), &mut inspection);
    state.load(&mut loader, S::VERSION).unwrap();
    loader.finish().unwrap();
    let notes = loader.notes().to_vec();
    (state, notes)
}

/// The description of `state` in the newest dialect, which most of them share.
fn described<S: VmState>(state: &mut S) -> Description {
    describe(state, Dialect::Qemu11_1, S::VERSION)
        .unwrap()
        .description
}

/// `name:type×count/size` of each entry of a description.
fn entries(description: &Description) -> Vec<String> {
    use vmsd_schema::schema::ArrayKey;
    let show = |entry: &vmsd_schema::schema::FieldEntry| {
        let key = match entry.array {
            ArrayKey::Single => String::new(),
            ArrayKey::Len(len) => format!("×{len}"),
            ArrayKey::Index(index) => format!("@{index}"),
        };
        format!("{}:{}{key}/{}", entry.name, entry.type_name, entry.size)
    };
    description.fields.iter().map(show).collect()
}
