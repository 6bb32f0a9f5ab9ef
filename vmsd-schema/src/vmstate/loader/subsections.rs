//! The look-ahead behind a description's fields (`vmstate_subsection_load`).

use super::Loader;
use crate::error::{ErrorKind, Result};
use crate::vmstate::{Mode, VmState};
use crate::wire::{marker, Reader};

impl<'a> Loader<'a> {
    /// The look-ahead after every description's fields.
    #[cold]
    pub(super) fn subsections<S: VmState>(&mut self, state: &mut S) -> Result<()> {
        while let Some(name) = self.next_subsection::<S>() {
            let Some(index) = S::SUBSECTIONS
                .iter()
                .position(|known| known.as_bytes() == name)
            else {
                let name = String::from_utf8_lossy(name);
                let message = format!("VM subsection '{name}' in '{}' does not exist", S::NAME);
                return Err(self.reader.error(ErrorKind::Unknown, message).cite("3.6"));
            };
            self.reader.skip(2 + name.len())?;
            // QEMU keeps the version in a byte: 257 loads as 1.
            self.version = self.reader.u32()? & 0xff;
            state.visit_subsection(self, index)?;
        }
        Ok(())
    }

    /// QEMU does not see a subsection whose name does not start with its parent's, and fails at its bytes. A reader
    /// without a destination knows better.
    fn next_subsection<S: VmState>(&self) -> Option<&'a [u8]> {
        let foreign = || {
            let name = announced_name(&self.reader)?;
            let mut known = S::SUBSECTIONS.iter();
            known.any(|known| known.as_bytes() == name).then_some(name)
        };
        match (subsection_name(&self.reader, S::NAME), self.mode()) {
            (None, Mode::Inspect) => foreign(),
            (name, _) => name,
        }
    }
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
