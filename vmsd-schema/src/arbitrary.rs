//! Made-up input for fuzzers, tests and people: schemas, values of a schema, whole streams, and streams in which one
//! thing is wrong.
//!
//! In goes entropy (an [`Unstructured`], or a seed through [`entropy`]), out comes what is valid by construction, or a
//! [`Change`] that says what is not. The same entropy gives the same result. Nothing here reads QEMU's behaviour: whether a
//! changed stream loads is for others to say.

mod body;
pub mod dictionary;
mod mutate;
mod pieces;
mod schema;
mod stream;

pub use ::arbitrary::{Arbitrary, Unstructured};
pub use body::Body;
pub use mutate::{Change, Mutator, Target};
pub use pieces::{Piece, PieceKind};
pub use stream::ValidStream;

/// `len` bytes that follow from `seed`, and from nothing else (SplitMix64).
#[must_use]
pub fn entropy(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()
    };
    let words = len.div_ceil(8);
    let mut bytes: Vec<u8> = (0..words).flat_map(|_| next()).collect();
    bytes.truncate(len);
    bytes
}

/// A number below `end`; 0 where `end` is 0 or entropy ends.
fn below(u: &mut Unstructured<'_>, end: usize) -> usize {
    let last = end.saturating_sub(1);
    u.int_in_range(0..=last).unwrap_or(0)
}

/// As [`below`].
fn below32(u: &mut Unstructured<'_>, end: u32) -> u32 {
    u.int_in_range(0..=end.saturating_sub(1)).unwrap_or(0)
}

/// Whether something happens that happens once in `times`; not where entropy ends.
fn once_in(u: &mut Unstructured<'_>, times: u8) -> bool {
    u.arbitrary::<u8>()
        .is_ok_and(|byte| byte % times == times - 1)
}
