//! Guest memory, which no device loads: the stream layer holds every record against its block.

use vmsd_schema::stream::Stream;
use vmsd_schema::Error;

use super::{allocation, OVERHEAD, PER_BYTE};

/// Walks the whole stream.
pub(super) fn walk(bytes: &[u8]) -> Result<(), Error> {
    let mut stream = Stream::new(bytes);
    let (walked, allocated) = allocation::during(|| {
        while stream.next()?.is_some() {}
        Ok(())
    });
    assert!(allocated <= OVERHEAD + PER_BYTE * bytes.len());
    walked
}
