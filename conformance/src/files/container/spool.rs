//! A disk image that comes through a pipe, put where it can be read at any place.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use vmsd_schema::{Error, ErrorKind};

use super::fields::io_error;
use super::source::{Source, Window};
use crate::limits::MAX_SPOOL;

/// Bytes that can be read at any place.
pub(super) enum Disk {
    /// In memory.
    Window(Window),
    /// In a file without a name.
    File(File, u64),
}

impl Disk {
    /// The bytes of `source`; those of a pipe are put into a temporary file, which has no name and goes when it is closed.
    pub(super) fn of(source: Source) -> io::Result<Self> {
        match source {
            Source::Window(window) => Ok(Self::Window(window)),
            other => spool(&mut *other.into_read(), MAX_SPOOL),
        }
    }

    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Window(window) => window.len(),
            Self::File(_, len) => *len,
        }
    }

    /// Fills `out` from `offset` on as far as there are bytes, and says how far.
    pub(super) fn read_at(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Window(window) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                let mut bytes = window.as_slice().get(start..).unwrap_or_default();
                bytes.read(out)
            }
            Self::File(file, _) => read_file_at(file, offset, out),
        }
    }
}

fn read_file_at(file: &File, offset: u64, out: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = out.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, offset.saturating_add(done as u64)) {
            Ok(0) => break,
            Ok(len) => done += len,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Zeros become holes.
fn spool(pipe: &mut dyn Read, limit: u64) -> io::Result<Disk> {
    let mut file = tempfile::tempfile()?;
    let mut piece = Vec::with_capacity(1 << 16);
    let (mut len, mut written) = (0u64, 0u64);
    loop {
        piece.clear();
        let new = (&mut *pipe).take(1 << 16).read_to_end(&mut piece)?;
        if new == 0 {
            break;
        }
        len += new as u64;
        if piece.iter().all(|&byte| byte == 0) {
            file.seek(SeekFrom::Start(len))?;
            continue;
        }
        written += new as u64;
        if written > limit {
            let message = format!("a disk image in a pipe or a compressed file is put into a temporary file, and this one has more than {limit} bytes: unpack it first");
            return Err(io_error(
                Error::at(ErrorKind::Limit, len, message).inside("qcow2 image"),
            ));
        }
        file.write_all(&piece)?;
    }
    file.set_len(len)?;
    Ok(Disk::File(file, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spooled_pipe_has_the_same_bytes_and_its_bound() {
        let mut bytes = vec![7; 1 << 16];
        bytes.extend(vec![0; 3 << 16]);
        bytes.extend(b"end");
        bytes.extend(vec![0; 1 << 16]);
        let disk = spool(&mut bytes.as_slice(), 1 << 17).unwrap();
        assert_eq!(disk.len(), bytes.len() as u64);
        let mut out = vec![1; bytes.len() + 9];
        assert_eq!(disk.read_at(0, &mut out).unwrap(), bytes.len());
        assert_eq!(out[..bytes.len()], bytes);
        assert_eq!(disk.read_at(bytes.len() as u64 + 5, &mut out).unwrap(), 0);
        assert!(spool(&mut bytes.as_slice(), 1 << 16).is_err());
    }
}
