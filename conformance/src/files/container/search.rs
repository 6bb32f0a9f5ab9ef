//! A stream behind bytes that nothing is known of, found by its first bytes.

use std::io::{self, Read};

use memchr::memmem;
use vmsd_schema::wire::marker;

use super::source::{Pipe, Source};
use crate::limits::MAX_SEARCH;

/// Magic, version 3, and the type of a first section.
const NEEDLE_LEN: usize = 9;

/// The source from its first stream on.
pub(super) fn find(source: Source) -> io::Result<Source> {
    match source {
        Source::Pipe(pipe) => find_in_pipe(pipe).map(Source::Pipe),
        mut source => {
            let at = source.base();
            let bytes = source.peek(usize::try_from(MAX_SEARCH).unwrap_or(usize::MAX))?;
            let Some(start) = position(bytes) else {
                let head = bytes.get(..super::HEAD_LEN).unwrap_or(bytes);
                return Err(super::unknown(head, at));
            };
            source.skip(start as u64)?;
            Ok(source)
        }
    }
}

/// Searches piece by piece; a piece starts with the end of the one before it.
fn find_in_pipe(mut pipe: Pipe) -> io::Result<Pipe> {
    const PIECE: u64 = 1 << 20;
    let mut piece = Vec::new();
    let mut head = Vec::new();
    let mut searched = 0;
    while searched < MAX_SEARCH {
        let overlap = piece.len().saturating_sub(NEEDLE_LEN - 1);
        piece.drain(..overlap);
        let new = pipe.by_ref().take(PIECE).read_to_end(&mut piece)?;
        if searched == 0 {
            head.extend(piece.iter().copied().take(super::HEAD_LEN));
        }
        if let Some(start) = position(&piece) {
            piece.drain(..start);
            return Ok(pipe.put_back(piece));
        }
        if new == 0 {
            break;
        }
        searched += new as u64;
    }
    Err(super::unknown(&head, 0))
}

/// Where a stream of today's version with a plausible first section starts.
fn position(bytes: &[u8]) -> Option<usize> {
    let mut needle = marker::FILE_MAGIC.to_be_bytes().to_vec();
    needle.extend(marker::FILE_VERSION.to_be_bytes());
    memmem::find_iter(bytes, &needle).find(|start| {
        let first_section = bytes.get(start + needle.len());
        first_section.is_some_and(|&section| {
            matches!(
                section,
                marker::SECTION_START
                    | marker::SECTION_FULL
                    | marker::CONFIGURATION
                    | marker::COMMAND
                    | marker::EOF
            )
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_across_two_pieces_of_a_pipe_is_found() {
        for start in [1, 7, (1 << 20) - 8, (1 << 20) - 1, 1 << 20, 3 << 20] {
            let mut bytes = vec![0x51; start];
            bytes.extend(b"QEVM\0\0\0\x03\x07 and so on");
            let pipe =
                find_in_pipe(Pipe::new(Box::new(io::Cursor::new(bytes.clone())), 0)).unwrap();
            let mut pipe = Source::Pipe(pipe);
            assert_eq!(pipe.base(), start as u64);
            assert_eq!(pipe.take(100).unwrap(), &bytes[start..]);
            let window = find(Source::bytes(bytes)).unwrap();
            assert_eq!(window.base(), start as u64);
        }
    }

    #[test]
    fn a_text_about_streams_is_none() {
        for text in [
            &b"QEVM is the magic"[..],
            b"..QEVM\0\0\0\x03\x99",
            b"..QEVM\0\0\0\x03",
        ] {
            assert!(find(Source::bytes(text.to_vec())).is_err());
        }
    }
}
