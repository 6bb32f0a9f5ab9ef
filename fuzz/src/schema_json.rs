//! Schemas as text: what was read is written and read alike, in our own form, in QEMU's -dump-vmstate, and as the
//! description at the tail of a stream.
//!
//! Bytes that start with a brace are text; any others are entropy for a set of schemas.

use vmsd_schema::arbitrary::{Arbitrary, Unstructured, ValidStream};
use vmsd_schema::schema::{Dialect, SchemaSet, StreamDescription};

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    if data.trim_ascii_start().starts_with(b"{") {
        if let Ok(set) = SchemaSet::from_json(data) {
            schema(&set);
        }
        if let Ok(found) = StreamDescription::from_json(data, 0) {
            description(&found);
        }
        return;
    }
    let mut u = Unstructured::new(data);
    let Ok(set) = SchemaSet::arbitrary(&mut u) else {
        return;
    };
    let again = SchemaSet::from_json(set.to_json().as_bytes());
    assert_eq!(
        again.ok().as_ref(),
        Some(&set),
        "our own form is not the identity"
    );
    schema(&set);
    if let Ok(stream) = ValidStream::new(&set, &mut u) {
        description(&stream.description);
    }
}

fn schema(set: &SchemaSet) {
    let own = set.to_json();
    let read = SchemaSet::from_json(own.as_bytes())
        .unwrap_or_else(|error| panic!("our own form is not read again: {error}"));
    assert_eq!(read.to_json(), own, "our own form changes when it is read");
    let _ = set.to_string();
    // A dump knows less; but it says so once and for all.
    let dump = set.to_dump();
    let read = SchemaSet::from_dump(dump.as_bytes())
        .unwrap_or_else(|error| panic!("a dump is not read again: {error}"));
    let second = read.to_dump();
    let third = SchemaSet::from_dump(second.as_bytes()).map(|set| set.to_dump());
    assert_eq!(third.ok(), Some(second), "a dump changes when it is read");
}

fn description(found: &StreamDescription) {
    for dialect in Dialect::ALL {
        let text = found.to_json(dialect);
        let read = StreamDescription::from_json(text.as_bytes(), 0)
            .unwrap_or_else(|error| panic!("a description is not read again: {error}"));
        assert_eq!(&read, found, "a description changes when it is read");
    }
}
