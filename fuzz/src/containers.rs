//! Any bytes are a stream, a container of one, or an error; and a pipe of the same bytes gives the same.
//!
//! What comes out is read up to a bound: a container may hold far more than it is long.

use std::io::{Cursor, Read};

use conformance::files::container::{self, Content, Options, Source};

/// Bytes that are read out of a container.
const MAX_READ: u64 = 1 << 20;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    let mapped = open(Source::bytes(data.to_vec()));
    let piped = open(Source::pipe(Cursor::new(data.to_vec())));
    match (mapped, piped) {
        (Ok(mapped), Ok(piped)) => {
            assert_eq!(mapped.1, piped.1, "a pipe is another thing than a file");
            assert!(mapped.0 == piped.0, "a pipe has other bytes than a file");
        }
        (Err(mapped), Err(piped)) => assert!(!mapped.is_empty() && !piped.is_empty()),
        (mapped, piped) => panic!(
            "a pipe and a file differ: {:?} / {:?}",
            mapped.map(|found| found.1),
            piped.map(|found| found.1)
        ),
    }
}

/// The bytes inside, or why there are none; an error behind the first bytes is not one of the container's kind.
fn open(source: Source) -> Result<(Vec<u8>, Content), String> {
    let opened = container::open(source, &Options::default()).map_err(|error| error.to_string())?;
    let content = opened.content;
    let mut bytes = Vec::new();
    match opened
        .source
        .into_read()
        .take(MAX_READ)
        .read_to_end(&mut bytes)
    {
        Ok(_) => Ok((bytes, content)),
        Err(error) => Err(error.to_string()),
    }
}
