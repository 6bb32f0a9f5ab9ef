//! A map that the user gives: read, and fitted to the blocks that there are.

use super::{MemoryMap, Range, Source};
use crate::ram::BlockTally;

impl MemoryMap {
    /// What the user says: each of the form `ADDRESS=BLOCK[,OFFSET[,LENGTH]]`.
    ///
    /// # Errors
    /// It is not of that form, or ranges overlap.
    pub fn given(texts: &[String]) -> Result<Self, String> {
        let ranges = texts.iter().map(|text| {
            given(text).ok_or_else(|| format!("{text} is not ADDRESS=BLOCK[,OFFSET[,LENGTH]]"))
        });
        let mut ranges = ranges.collect::<Result<Vec<_>, _>>()?;
        ranges.sort_by_key(|range| range.address);
        Ok(Self {
            ranges,
            source: Source::Given,
        })
    }

    /// The same map with the lengths that the blocks really have, if it fits them.
    ///
    /// # Errors
    /// A block is not there, or is left, or two ranges have the same address.
    pub fn fitted(&self, blocks: &[BlockTally]) -> Result<Self, String> {
        let mut ranges = self.ranges.clone();
        for range in &mut ranges {
            let Range {
                block, offset, len, ..
            } = range;
            let Some(found) = blocks.iter().find(|tally| tally.name == *block) else {
                return Err(format!("there is no RAM block {block}"));
            };
            let left = found.used_length.saturating_sub(*offset);
            if *len == u64::MAX {
                *len = left;
            }
            if *len > left {
                return Err(format!(
                    "{len:#x} bytes at {offset:#x} leave RAM block {block}, which has {:#x}",
                    found.used_length
                ));
            }
        }
        ranges.retain(|range| range.len > 0);
        for (range, next) in ranges.iter().zip(ranges.iter().skip(1)) {
            if range.end().is_none_or(|end| end > next.address) {
                return Err(format!("two things lie at address {:#x}", next.address));
            }
        }
        if ranges.last().is_some_and(|range| range.end().is_none()) {
            return Err("memory leaves the address space".to_owned());
        }
        Ok(Self {
            ranges,
            source: self.source,
        })
    }
}

fn given(text: &str) -> Option<Range> {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    };
    let (address, rest) = text.split_once('=')?;
    let mut parts = rest.split(',');
    let block = parts.next().filter(|name| !name.is_empty())?.to_owned();
    let offset = parts.next().map_or(Some(0), number)?;
    let len = parts.next().map_or(Some(u64::MAX), number)?;
    if parts.next().is_some() {
        return None;
    }
    Some(Range {
        address: number(address)?,
        block,
        offset,
        len,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may end in a panic")]

    use super::super::tests::{block, shown};
    use super::*;

    #[test]
    fn a_given_map_is_checked() {
        let blocks = [block("a", 0x3000), block("b", 0x1000)];
        let given = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            MemoryMap::given(&texts)?.fitted(&blocks)
        };
        let map = given(&["0x8000=b", "0x1000=a,0x1000"]).unwrap();
        assert_eq!(
            shown(&map),
            [(0x1000, "a", 0x1000, 0x2000), (0x8000, "b", 0, 0x1000)]
        );
        assert!(given(&["0=a", "0x2000=b"]).unwrap_err().contains("0x2000"));
        assert!(given(&["0=c"]).unwrap_err().contains("no RAM block c"));
        assert!(given(&["0=a,0x2000,0x2000"]).unwrap_err().contains("leave"));
        assert!(given(&["a"]).unwrap_err().contains("ADDRESS="));
        assert!(given(&["0xffffffffffffff00=a"])
            .unwrap_err()
            .contains("address space"));
    }
}
