//! Memory is at most a multiple of the input and a constant, and time grows as the input does.

use std::io::Write as _;
use std::panic::catch_unwind;
use std::sync::Arc;
use std::time::Duration;

use conformance::limits::{MAX_UNPACKED_JSON, MEMORY_CONSTANT, MEMORY_PER_BYTE};
use conformance::migration::source::Source;
use conformance::mirrors;
use tempfile::NamedTempFile;

use super::damage::{processor_time, words};
use super::files::{all, bombs, Hostile};
use super::{count, job};

/// Everything that the library does with bytes whose origin it does not know. The most that was held meanwhile.
fn memory(file: &Hostile) -> usize {
    let bytes = Arc::new(file.bytes.clone());
    let registry = mirrors::registry();
    let (_, read) = count::during(|| job::read(&bytes, bytes.len()));
    let (_, typed) = count::during(|| job::read_typed(&bytes, &registry));
    read.max(typed).max(as_source(&file.bytes))
}

/// As a source of schemas: a stream, a dump, a schema, a description.
fn as_source(bytes: &[u8]) -> usize {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let source = Source::File(file.path().to_owned());
    count::during(|| drop(source.load())).1
}

#[test]
fn memory_is_a_multiple_of_the_input_and_a_constant() {
    let mut wrong = Vec::new();
    // Of the long ones the multiple counts, of the short ones the constant.
    for file in all(1).into_iter().chain(all(8)) {
        let (name, len) = (&file.name, file.bytes.len());
        match catch_unwind(|| memory(&file)) {
            Ok(held) if held <= len * MEMORY_PER_BYTE + MEMORY_CONSTANT => {}
            Ok(held) => wrong.push(format!("{name}: {held} bytes for {len}")),
            Err(panic) => wrong.push(format!("{name}: {}", words(&*panic))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn time_grows_as_the_input_does() {
    let registry = mirrors::registry();
    let time = |file: &Hostile| {
        let bytes = Arc::new(file.bytes.clone());
        let start = processor_time();
        job::read(&bytes, bytes.len());
        job::read_typed(&bytes, &registry);
        as_source(&bytes);
        processor_time().saturating_sub(start)
    };
    let mut wrong = Vec::new();
    for (small, large) in all(1).iter().zip(all(8)) {
        let (a, b) = (time(small), time(&large));
        // Eight times the input; what is quadratic takes 64 times as long. Short times are noise.
        let bound = a * 24 + Duration::from_millis(300);
        if b > bound {
            wrong.push(format!("{}: {a:?}, then {b:?}", small.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_packed_cannot_ask_for_more_than_a_bound() {
    let mut json = vec![b' '; 1 << 20];
    json[0] = b'{';
    let times = usize::try_from(MAX_UNPACKED_JSON >> 20).unwrap() + 2;
    for file in bombs(&json, times) {
        let held = as_source(&file.bytes);
        // A vector that grows is there twice for a moment.
        let bound = 3 * usize::try_from(MAX_UNPACKED_JSON).unwrap() + MEMORY_CONSTANT;
        assert!(held < bound, "{}: {held} bytes", file.name);
    }
    let zeros = vec![0; 1 << 20];
    // Five bytes each, and each a line of a report.
    let mut commands = b"QEVM\0\0\0\x03\x07\0\0\0\x02pc".to_vec();
    commands.extend(b"\x08\0\x04\0\0".repeat(4 << 20));
    let packed = Arc::new(zstd::encode_all(&commands[..], 1).unwrap());
    let (_, held) = count::during(|| job::read(&packed, packed.len()));
    assert!(
        held < 2 * MEMORY_CONSTANT,
        "a bomb of commands: {held} bytes"
    );
    for file in bombs(&zeros, 80) {
        let bytes = Arc::new(file.bytes);
        let (_, held) = count::during(|| job::read(&bytes, bytes.len()));
        assert!(held < MEMORY_CONSTANT, "{}: {held} bytes", file.name);
    }
}
