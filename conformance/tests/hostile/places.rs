//! Where a stream is damaged, and how: everywhere but inside the guest's pages, which nobody interprets.

use std::io;

use conformance::files::container::{Content, Source};
use conformance::files::input::Input;
use conformance::reading::walk::{Thing, Walk};
use vmsd_schema::stream::Event;

/// Of a RAM record this much is looked at: flags, block name, and what comes before a page.
const RECORD: usize = 24;

/// Of a file that is no plain stream this much at the front is as likely to be hit as all that follows.
const HEAD: usize = 64 << 10;

/// Ranges that are worth to be damaged, in order.
pub(super) fn of(bytes: &[u8]) -> Vec<(usize, usize)> {
    if !bytes.starts_with(b"QEVM") {
        let head = bytes.len().min(HEAD);
        // All of it, and the head as often as makes half of the whole.
        let times = (bytes.len() - head).div_ceil(HEAD);
        let mut ranges = vec![(0, head); times];
        ranges.push((0, bytes.len()));
        return ranges;
    }
    let input = Input {
        name: String::new(),
        layers: Vec::new(),
        content: Content::Stream,
        source: Source::pipe(io::Cursor::new(bytes.to_vec())),
        file_len: None,
    };
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    let mut walk = Walk::new(input, None).unwrap();
    let _ = walk.run(
        &mut |step| {
            let record = matches!(step.thing, Thing::Event(Event::Ram(_)));
            let len = step.raw.len();
            ranges.push((at, at + if record { len.min(RECORD) } else { len }));
            at += len;
            Ok(())
        },
        &mut |_| (),
    );
    ranges.push((at, bytes.len()));
    ranges
}

/// The place `number` of `count` that lie evenly in `ranges`.
pub(super) fn nth(ranges: &[(usize, usize)], number: usize, count: usize) -> usize {
    let total: usize = ranges.iter().map(|(start, end)| end - start).sum();
    let mut left = total * number / count;
    for (start, end) in ranges {
        let len = end - start;
        if left < len {
            return start + left;
        }
        left -= len;
    }
    ranges.last().map_or(0, |range| range.1.saturating_sub(1))
}

/// Changes the first of `bytes`, or all four, and says how.
pub(super) fn change(bytes: &mut [u8], number: usize) -> &'static str {
    let four = |bytes: &mut [u8], value: u32| {
        for (byte, new) in bytes.iter_mut().zip(value.to_be_bytes()) {
            *byte = new;
        }
    };
    match number % 12 {
        0 => bytes[0] ^= 0x01,
        1 => bytes[0] ^= 0xff,
        2 => bytes[0] ^= 0x80,
        3 => bytes[0] ^= 0x10,
        4 => bytes[0] = 0,
        5 => bytes[0] = 0xff,
        6 => bytes[0] = bytes[0].wrapping_add(1),
        7 => bytes[0] = bytes[0].wrapping_sub(1),
        8 => four(bytes, u32::MAX),
        9 => four(bytes, 1 << 31),
        10 => four(bytes, 1 << 16),
        _ => four(bytes, 0),
    }
    HOW[number % 12]
}

const HOW: [&str; 12] = [
    "^ 1",
    "^ 0xff",
    "^ 0x80",
    "^ 0x10",
    "= 0",
    "= 0xff",
    "+ 1",
    "- 1",
    "= 2^32 - 1",
    "= 2^31",
    "= 2^16",
    "= four zeros",
];
