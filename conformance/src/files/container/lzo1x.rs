//! One block of LZO1X, decompressed.
//!
//! A block is a series of instructions. Each repeats bytes from a distance before the end of the output and
//! has in its last two bits a number of bytes, 0 to 3, that stand behind it and are taken as they are.
//! What an instruction below 16 means depends on how many bytes the one before took so.

/// What is wrong with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Damage {
    /// It ends in the middle of an instruction.
    Short,
    /// Bytes follow its end.
    Long,
    /// It repeats bytes from before the start of the output.
    Distance,
    /// It has more output than its header says.
    Output,
}

/// Decompresses `block` to the end of `out`, which grows by at most `limit`.
pub(super) fn decompress(block: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), Damage> {
    let start = out.len();
    let decoder = Decoder {
        block,
        out,
        start,
        limit,
    };
    decoder.run()
}

struct Decoder<'a> {
    /// What is left of the block.
    block: &'a [u8],
    out: &'a mut Vec<u8>,
    start: usize,
    limit: usize,
}

impl Decoder<'_> {
    fn run(mut self) -> Result<(), Damage> {
        // How many bytes were taken as they are before this instruction; 4 stands for more.
        let mut taken = 0;
        if let Some(first) = self.block.first().copied().filter(|&first| first > 17) {
            self.byte()?;
            let len = usize::from(first) - 17;
            self.take(len)?;
            taken = len.min(4);
        }
        loop {
            let op = usize::from(self.byte()?);
            if op < 16 && taken == 0 {
                let len = self.len(op, 15)?;
                self.take(len + 3)?;
                taken = 4;
                continue;
            }
            let (distance, len, next) = match op {
                0..=15 => {
                    let high = usize::from(self.byte()?) << 2;
                    let (nearest, len) = if taken < 4 { (1, 2) } else { (2049, 3) };
                    (high + (op >> 2) + nearest, len, op)
                }
                16..=31 => {
                    let len = self.len(op & 7, 7)? + 2;
                    let (low, next) = self.long_distance()?;
                    let distance = ((op & 8) << 11) + low;
                    if distance == 0 {
                        return if self.block.is_empty() {
                            Ok(())
                        } else {
                            Err(Damage::Long)
                        };
                    }
                    (distance + 16384, len, next)
                }
                32..=63 => {
                    let len = self.len(op & 31, 31)? + 2;
                    let (low, next) = self.long_distance()?;
                    (low + 1, len, next)
                }
                _ => {
                    let len = if op < 128 {
                        3 + (op >> 5 & 1)
                    } else {
                        5 + (op >> 5 & 3)
                    };
                    let high = usize::from(self.byte()?) << 3;
                    (high + (op >> 2 & 7) + 1, len, op)
                }
            };
            self.repeat(distance, len)?;
            taken = next & 3;
            self.take(taken)?;
        }
    }

    fn byte(&mut self) -> Result<u8, Damage> {
        let (first, rest) = self.block.split_first().ok_or(Damage::Short)?;
        self.block = rest;
        Ok(*first)
    }

    /// Fourteen bits of a distance, and the byte that has the next number of bytes in its last two.
    fn long_distance(&mut self) -> Result<(usize, usize), Damage> {
        let low = usize::from(self.byte()?);
        let high = usize::from(self.byte()?);
        Ok(((high << 8 | low) >> 2, low))
    }

    /// A length: `bits` of the instruction, or more than `most` if they are zero.
    fn len(&mut self, bits: usize, most: usize) -> Result<usize, Damage> {
        if bits != 0 {
            return Ok(bits);
        }
        let mut len = most;
        loop {
            match self.byte()? {
                0 => len += 255,
                last => return Ok(len + usize::from(last)),
            }
            if len > self.limit {
                return Err(Damage::Output);
            }
        }
    }

    fn room_for(&self, len: usize) -> Result<(), Damage> {
        if self.out.len() - self.start + len > self.limit {
            return Err(Damage::Output);
        }
        Ok(())
    }

    /// Takes the next bytes of the block as they are.
    fn take(&mut self, len: usize) -> Result<(), Damage> {
        self.room_for(len)?;
        let (bytes, rest) = self.block.split_at_checked(len).ok_or(Damage::Short)?;
        self.out.extend_from_slice(bytes);
        self.block = rest;
        Ok(())
    }

    /// Repeats bytes of the output. Where the distance is below the length, the repeated bytes repeat themselves.
    fn repeat(&mut self, distance: usize, len: usize) -> Result<(), Damage> {
        self.room_for(len)?;
        let mut left = len;
        let from = self
            .out
            .len()
            .checked_sub(distance)
            .filter(|&from| from >= self.start);
        let from = from.ok_or(Damage::Distance)?;
        while left > 0 {
            let piece = left.min(self.out.len() - from);
            self.out.extend_from_within(from..from + piece);
            left -= piece;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decompressed(block: &[u8], limit: usize) -> Result<Vec<u8>, Damage> {
        let mut out = b"before".to_vec();
        decompress(block, &mut out, limit).map(|()| out.split_off(6))
    }

    #[test]
    fn each_instruction_does_what_it_says() {
        let end = [0x11, 0, 0];
        let block = |parts: &[&[u8]]| [parts.concat(), end.to_vec()].concat();
        // Four literals, then the same four by the 3-to-4-byte form: distance 4, one literal behind it.
        let both = block(&[&[21], b"abcd", &[0x40 | 1 << 5 | 3 << 2 | 1, 0], b"e"]);
        assert_eq!(decompressed(&both, 100).unwrap(), b"abcdabcde");
        // One literal, then "a" repeated 40 times by the 16 KiB form: 40 = 2 + 31 + 7.
        let run = block(&[&[18], b"a", &[0x20, 7, 0, 0]]);
        assert_eq!(decompressed(&run, 41).unwrap(), vec![b'a'; 41]);
        assert_eq!(decompressed(&run, 40), Err(Damage::Output));
        // A long run of literals: 3 + 15 + 255 + 1.
        let literals = vec![b'x'; 274];
        let long = block(&[&[0, 0, 1], &literals]);
        assert_eq!(decompressed(&long, 274).unwrap(), literals);
        // Two bytes from the 1 KiB form after one literal: distance 1.
        let two = block(&[&[18], b"z", &[0, 0]]);
        assert_eq!(decompressed(&two, 9).unwrap(), b"zzz");
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(decompressed(&[], 9), Err(Damage::Short));
        assert_eq!(decompressed(&[21, b'a'], 9), Err(Damage::Short));
        assert_eq!(decompressed(&[0x11, 0, 0, 0], 9), Err(Damage::Long));
        // The bytes before the block are not its to repeat.
        assert_eq!(
            decompressed(&[18, b'a', 0x40 | 3 << 2, 0, 0x11, 0, 0], 9),
            Err(Damage::Distance)
        );
        assert_eq!(decompressed(&[0; 4000], 99), Err(Damage::Output));
    }
}
