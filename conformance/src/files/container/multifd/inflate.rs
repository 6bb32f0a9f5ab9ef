//! The compressed stream of a multifd channel, of which each packet has a piece.

use std::io;

use flate2::{Decompress, FlushDecompress, Status};
use zstd::stream::raw::{Decoder, InBuffer, Operation, OutBuffer};

use super::PageCompression;

/// A stream that was begun.
pub(super) enum Inflate {
    Zlib(Decompress),
    Zstd(Decoder<'static>),
}

impl Inflate {
    pub(super) fn new(kind: PageCompression) -> io::Result<Self> {
        Ok(match kind {
            PageCompression::Zstd => Self::Zstd(Decoder::new()?),
            PageCompression::Zlib | PageCompression::None => Self::Zlib(Decompress::new(true)),
        })
    }

    pub(super) fn is(&self, kind: PageCompression) -> bool {
        match self {
            Self::Zlib(_) => kind == PageCompression::Zlib,
            Self::Zstd(_) => kind == PageCompression::Zstd,
        }
    }

    /// Makes `out` full from `packed`, all of which belongs to it.
    pub(super) fn fill(&mut self, packed: &[u8], out: &mut [u8]) -> Result<(), String> {
        let (used, done) = match self {
            Self::Zlib(stream) => zlib(stream, packed, out),
            Self::Zstd(stream) => zstd(stream, packed, out),
        }
        .map_err(|error| format!("the compressed pages are damaged: {error}"))?;
        if done != out.len() {
            return Err(format!(
                "{} bytes of pages are compressed here and {} are needed",
                done,
                out.len()
            ));
        }
        if used != packed.len() {
            return Err(format!(
                "{} bytes follow the compressed pages of the packet",
                packed.len() - used
            ));
        }
        Ok(())
    }
}

/// How much was read and how much was written.
fn zlib(stream: &mut Decompress, packed: &[u8], out: &mut [u8]) -> io::Result<(usize, usize)> {
    let (mut used, mut done) = (0, 0);
    loop {
        let (in_before, out_before) = (stream.total_in(), stream.total_out());
        let rest_in = packed.get(used..).unwrap_or_default();
        let rest_out = out.get_mut(done..).unwrap_or_default();
        let status = stream.decompress(rest_in, rest_out, FlushDecompress::Sync);
        let step_in = usize::try_from(stream.total_in() - in_before).unwrap_or(0);
        let step_out = usize::try_from(stream.total_out() - out_before).unwrap_or(0);
        used += step_in;
        done += step_out;
        let end = status? == Status::StreamEnd;
        if end || (step_in == 0 && step_out == 0) {
            return Ok((used, done));
        }
    }
}

fn zstd(
    stream: &mut Decoder<'static>,
    packed: &[u8],
    out: &mut [u8],
) -> io::Result<(usize, usize)> {
    let mut input = InBuffer::around(packed);
    let mut output = OutBuffer::around(out);
    loop {
        let before = (input.pos, output.pos());
        stream.run(&mut input, &mut output)?;
        if (input.pos, output.pos()) == before {
            return Ok(before);
        }
    }
}
