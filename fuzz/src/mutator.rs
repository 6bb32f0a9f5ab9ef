//! How libFuzzer changes an input: now and then one thing of a stream, with its framing kept.

use vmsd_schema::arbitrary::{entropy, Mutator, Unstructured};

/// Bytes that choose a change.
const ENTROPY: usize = 64;

/// One call in so many reads the stream; the others are left to libFuzzer, which is faster by far.
const ONE_IN: u32 = 8;

/// Changes the stream in the first `size` bytes of `data`, and says how long it is now; `None` leaves it to libFuzzer.
pub fn stream(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> Option<usize> {
    if !seed.is_multiple_of(ONE_IN) {
        return None;
    }
    let input = data.get(..size)?.to_vec();
    let random = entropy(u64::from(seed), ENTROPY);
    let (changed, _) = Mutator::new(&input, &()).change(&mut Unstructured::new(&random))?;
    let room = data.get_mut(..changed.len().min(max_size))?;
    room.copy_from_slice(changed.get(..room.len())?);
    Some(room.len())
}
