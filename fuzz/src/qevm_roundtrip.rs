//! Building is the inverse of parsing: what was parsed is built again byte for byte, and what was built parses to its
//! end without a complaint.
//!
//! Bytes that start with the magic are a stream; any others are entropy for a valid one.

use vmsd_schema::arbitrary::{Arbitrary, Unstructured, ValidStream};
use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::stream::{Parser, Stream, StreamBuilder};
use vmsd_schema::wire::marker;

/// Events of one stream; those of a grammar may have no bytes of their own.
const MAX_EVENTS: usize = 1 << 20;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    if data.starts_with(&marker::FILE_MAGIC.to_be_bytes()) {
        rebuild(data);
        return;
    }
    let mut u = Unstructured::new(data);
    if let Ok(made) = ValidStream::arbitrary(&mut u) {
        valid(&made);
    }
}

/// Builds what was parsed, up to where the stream ends or is wrong.
fn rebuild(data: &[u8]) {
    let mut stream = Stream::new(data);
    let mut builder = StreamBuilder::new();
    for _ in 0..MAX_EVENTS {
        if stream.parser().awaits_body() {
            let Some(guess) = stream.guess_body() else {
                break;
            };
            let Ok(body) = stream.body_guessed(guess) else {
                break;
            };
            builder.body(body);
            continue;
        }
        let Ok(Some(event)) = stream.next() else {
            break;
        };
        builder
            .event(&event)
            .unwrap_or_else(|error| panic!("an event that was parsed cannot be built: {error}"));
    }
    let parsed = usize::try_from(stream.offset()).unwrap_or(usize::MAX);
    let built = builder.as_bytes();
    assert_eq!(
        Some(built),
        data.get(..parsed),
        "what was built is not what was parsed"
    );
}

fn valid(made: &ValidStream) {
    let machine = Machine::read(&made.bytes, Parser::new(), &(), Options::default());
    if let Some(error) = machine.stopped.iter().chain(&machine.problems).next() {
        panic!("a valid stream is refused: {error}");
    }
    let content = machine.description.as_ref().map(|found| &found.content);
    assert_eq!(content, Some(&made.description), "another description");
    for section in &machine.sections {
        if let Some(Err(error)) = machine.decode(section) {
            panic!("a valid section is refused: {error}");
        }
    }
    rebuild(&made.bytes);
}
