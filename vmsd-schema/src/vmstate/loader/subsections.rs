//! The look-ahead behind a description's fields (`vmstate_subsection_load`).

use super::Loader;
use crate::error::{Error, ErrorKind, Result};
use crate::vmstate::{Mode, VmState};
use crate::wire::{marker, Reader};

impl<'a> Loader<'a> {
    /// The look-ahead after every description's fields.
    #[cold]
    pub(super) fn subsections<S: VmState>(&mut self, state: &mut S) -> Result<()> {
        while let Some(index) = self.next_of(S::NAME, S::SUBSECTIONS)? {
            state.visit_subsection(self, index)?;
        }
        Ok(())
    }

    /// Which of `known` comes next, and goes past its name and version. The code stands once for all structs.
    #[inline(never)]
    fn next_of(&mut self, parent: &str, known: &[&str]) -> Result<Option<usize>> {
        let Some(name) = self.next_subsection(parent, known) else {
            return Ok(None);
        };
        let index = known.iter().position(|known| known.as_bytes() == name);
        if index.is_none() {
            return Err(unknown(name, self.reader.offset(), parent));
        }
        self.reader.skip(2 + name.len())?;
        // QEMU keeps the version in a byte: 257 loads as 1.
        self.version = self.reader.u32()? & 0xff;
        Ok(index)
    }

    /// QEMU does not see a subsection whose name does not start with its parent's, and fails at its bytes. A reader
    /// without a destination knows better.
    fn next_subsection(&self, parent: &str, known: &[&str]) -> Option<&'a [u8]> {
        let foreign = || {
            let name = announced_name(&self.reader)?;
            let mut known = known.iter();
            known.any(|known| known.as_bytes() == name).then_some(name)
        };
        match (subsection_name(&self.reader, parent), self.mode()) {
            (None, Mode::Inspect) => foreign(),
            (name, _) => name,
        }
    }
}

/// The look-ahead of a description that has no subsections, where byte 05 comes next. Values in, values out: a loader whose
/// address nobody takes lives in registers.
#[cold]
#[inline(never)]
pub(super) fn none_known(rest: &[u8], offset: u64, parent: &str) -> Result<()> {
    match subsection_name(&Reader::new(rest), parent) {
        Some(name) => Err(unknown(name, offset, parent)),
        None => Ok(()),
    }
}

fn unknown(name: &[u8], offset: u64, parent: &str) -> Error {
    let name = String::from_utf8_lossy(name);
    let message = format!("VM subsection '{name}' in '{parent}' does not exist");
    Error::at(ErrorKind::Unknown, offset, message).cite("3.6")
}

/// The name of the subsection of `parent` that comes next, if one does (`vmstate_subsection_load`): byte 05, a
/// length above the parent's, and a name that starts with the parent's. Anything else ends the parent.
#[must_use]
pub fn subsection_name<'a>(reader: &Reader<'a>, parent: &str) -> Option<&'a [u8]> {
    let name = announced_name(reader)?;
    (name.len() > parent.len() && name.starts_with(parent.as_bytes())).then_some(name)
}

/// Byte 05 and a counted string.
fn announced_name<'a>(reader: &Reader<'a>) -> Option<&'a [u8]> {
    let mut ahead = reader.clone();
    if ahead.u8().ok()? != marker::SUBSECTION {
        return None;
    }
    ahead.counted_bytes().ok()
}
