//! The one memory map: a file's bytes without reading them.

use std::fs::File;
use std::io;
use std::ops::Deref;
use std::os::unix::fs::FileExt;

/// A file mapped for reading.
#[derive(Debug)]
pub struct Map {
    bytes: memmap2::Mmap,
    file: File,
}

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
                      that shrinks raises SIGBUS, which the binary turns into a message (its signals.rs)."
        )]
        // SAFETY: see the reason above.
        let map = unsafe { memmap2::Mmap::map(file)? };
        // Streams are read from front to back. Where the advice is not taken, nothing is lost.
        let _ = map.advise(memmap2::Advice::Sequential);
        Ok(Self {
            bytes: map,
            file: file.try_clone()?,
        })
    }

    /// The same bytes once more, none of them in memory yet; nothing where the file has changed its length.
    pub fn again(&self) -> Option<Self> {
        let map = Self::new(&self.file).ok()?;
        (map.len() == self.len()).then_some(map)
    }

    /// Copies bytes from `at` on, as many as there are, without bringing them into this process's memory.
    pub fn copy(&self, at: usize, buffer: &mut [u8]) -> usize {
        let mut len = 0;
        while let Some(room) = buffer.get_mut(len..).filter(|room| !room.is_empty()) {
            match self.file.read_at(room, (at + len) as u64) {
                Ok(0) => break,
                Ok(read) => len += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Whoever reads the map instead learns what is wrong.
                Err(_) => break,
            }
        }
        len
    }
}

impl Deref for Map {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}
