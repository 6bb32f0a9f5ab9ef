//! The block list that a RAM section starts with (`parse_ramblocks`).
//!
//! It has no count: it ends when the lengths have added up to the total. Two words of an entry depend on what
//! both sides agreed on elsewhere, so they have to be inferred.

use super::mapped::MappedRam;
use crate::error::{ErrorKind, Result};
use crate::stream::command::PostcopyAdvise;
use crate::stream::input::{fail_at, Input, Step};
use crate::stream::name::{BlockIndex, Name};
use crate::wire::Writer;

/// One entry of the block list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RamBlockEntry<'a> {
    /// Where the entry stands.
    pub at: u64,
    /// Its place among all entries; a block that is listed twice keeps its first.
    pub index: BlockIndex,
    /// The block's name.
    pub name: Name<'a>,
    /// Bytes in use.
    pub used_length: u64,
    /// The page size of what backs it, where postcopy wants it.
    pub page_size: Option<u64>,
    /// The guest-physical address, with `x-ignore-shared`.
    pub guest_address: Option<u64>,
    /// Where it lies in the file, with `mapped-ram`.
    pub mapped: Option<MappedRam>,
}

/// What the parser keeps of an entry of the block list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RamBlock {
    pub(super) name: Box<[u8]>,
    /// Bytes in use.
    pub used_length: u64,
}

impl RamBlock {
    /// The block's name.
    #[must_use]
    pub fn name(&self) -> Name<'_> {
        Name::new(&self.name)
    }
}

impl RamBlockEntry<'_> {
    pub(super) fn write(&self, out: &mut Writer) -> Result<()> {
        out.counted_bytes(self.name.as_bytes())?;
        out.u64(self.used_length);
        for word in [self.page_size, self.guest_address].into_iter().flatten() {
            out.u64(word);
        }
        if let Some(mapped) = &self.mapped {
            mapped.write(out);
        }
        Ok(())
    }
}

/// What decides which words an entry has.
pub(super) struct Terms {
    pub(super) ignore_shared: bool,
    pub(super) mapped: bool,
    pub(super) advise: Option<PostcopyAdvise>,
    pub(super) page_size: u64,
}

impl Terms {
    /// Reads an entry; `left` is what the lengths still have to add up to.
    pub(super) fn read<'a>(&self, input: &mut Input<'a>, left: u64) -> Step<RamBlockEntry<'a>> {
        let at = input.offset();
        let name = input.counted()?;
        if name.as_bytes().is_empty() {
            let message = format!(
                "Unknown ramblock \"\", cannot accept migration: the blocks so far leave {left} bytes of the total"
            );
            return Err(fail_at(ErrorKind::Ram, at, message));
        }
        let used_length = input.u64()?;
        if used_length > left {
            let message = format!(
                "RAM block {name} has {used_length} bytes, but only {left} of the total are left"
            );
            return Err(fail_at(ErrorKind::Ram, at, message));
        }
        let page_size = if self.has_page_size(input, left == used_length)? {
            Some(input.u64()?)
        } else {
            None
        };
        let guest_address = if self.ignore_shared {
            Some(input.u64()?)
        } else {
            None
        };
        let mapped = if self.mapped {
            Some(MappedRam::read(input, name, self.page_size, used_length)?)
        } else {
            None
        };
        Ok(RamBlockEntry {
            at,
            index: BlockIndex(0),
            name,
            used_length,
            page_size,
            guest_address,
            mapped,
        })
    }

    /// Whether a page-size word follows.
    ///
    /// The source writes it where the block's page size is not its host's (`ram_save_setup`). The advice says which
    /// page sizes occur; the smallest is the host's own, since each machine has blocks of plain memory. Any other
    /// word that could stand here differs: a name starts with a count above zero, a record word below the
    /// smallest page size has flags only, and a page cannot follow the list directly.
    fn has_page_size(&self, input: &Input<'_>, last: bool) -> Step<bool> {
        let Some(advise) = self.advise else {
            return Ok(false);
        };
        let unusual = advise.page_size_summary & advise.page_size_summary.wrapping_sub(1);
        if unusual == 0 {
            return Ok(false);
        }
        let Some(word) = word_at(input, 0)? else {
            return Ok(false);
        };
        if !word.is_power_of_two() || word & unusual == 0 {
            return Ok(false);
        }
        if !self.ignore_shared {
            return Ok(true);
        }
        // It may be the guest-physical address: then the list goes on, or ends, behind it.
        let Some(next) = word_at(input, 8)? else {
            return Ok(false);
        };
        let flags_only = next != 0 && next < self.page_size;
        Ok(if last { !flags_only } else { next >> 56 == 0 })
    }
}

fn word_at(input: &Input<'_>, at: usize) -> Step<Option<u64>> {
    let bytes = input.peek(at + 8)?.and_then(|bytes| bytes.last_chunk());
    Ok(bytes.copied().map(u64::from_be_bytes))
}
