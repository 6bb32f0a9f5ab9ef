//! The one memory map: a file's bytes without reading them.

use std::fs::File;
use std::io;
use std::ops::Deref;

/// A file mapped for reading.
#[derive(Debug)]
pub struct Map(memmap2::Mmap);

impl Map {
    /// Maps the whole of `file`.
    ///
    /// # Errors
    /// What the system says: the file is a directory, a pipe, or too large for the address space.
    pub fn new(file: &File) -> io::Result<Self> {
        #[expect(
            unsafe_code,
            reason = "mapping a file is unsafe because another process may write to it meanwhile. The map is read-only and \
                      private to us, every read of it is bounds-checked against the length at this moment, and no value \
                      read from it is trusted to stay the same: a file that changes gives an error or a wrong report, and one \
                      that shrinks ends the process with SIGBUS, which a reader of it could not have used either."
        )]
        // SAFETY: see the reason above.
        let map = unsafe { memmap2::Mmap::map(file)? };
        // Streams are read from front to back. Where the advice is not taken, nothing is lost.
        let _ = map.advise(memmap2::Advice::Sequential);
        Ok(Self(map))
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}
