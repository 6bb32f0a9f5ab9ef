//! A file that is written aside and takes its place when it is whole.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::files::leftovers::TemporaryFile;
use crate::files::shortened::shortened;

/// Writes to a neighbour of the wanted file; [`Output::commit`] renames it. Without that nothing is left behind.
///
/// What is not a regular file, a device or a named pipe, cannot be replaced and is written to as it stands.
pub struct Output {
    wanted: PathBuf,
    // Closed before the file is removed: NFS would keep it under another name.
    writer: BufWriter<File>,
    aside: Option<TemporaryFile>,
}

impl Output {
    /// A new file that will be called `wanted`. A file that it replaces hands on who may read it.
    ///
    /// # Errors
    /// What the system says of the folder.
    pub fn create(wanted: &Path) -> io::Result<Self> {
        // The rename would otherwise replace a symbolic link, not what it leads to.
        let wanted = wanted.canonicalize().unwrap_or_else(|_| wanted.to_owned());
        let (aside, file) = match fs::metadata(&wanted) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            Ok(metadata) if !metadata.is_file() => {
                (None, File::options().write(true).open(&wanted)?)
            }
            found => {
                let permissions = found.ok().map(|metadata| metadata.permissions());
                let (aside, file) = create_beside(&wanted, permissions)?;
                (Some(aside), file)
            }
        };
        Ok(Self {
            wanted,
            writer: BufWriter::with_capacity(1 << 17, file),
            aside,
        })
    }

    /// Writes all of `bytes` to a file that is called `wanted`. Small ones come by the hundred: the disk is not waited for.
    ///
    /// # Errors
    /// What the system says; the file is then as it was.
    pub fn write(wanted: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut output = Self::create(wanted)?;
        output.write_all(bytes)?;
        output.flush()?;
        output.place()
    }

    /// The file itself, for who writes at any place of it and reads back. Nothing is there where the output is no regular
    /// file.
    #[must_use]
    pub fn file(&self) -> Option<&File> {
        self.aside.as_ref().map(|_| self.writer.get_ref())
    }

    /// Flushes and gives the file its name, over whatever had it.
    ///
    /// # Errors
    /// What the system says, or that an input was not there to its end; the file is then as it was.
    pub fn commit(mut self) -> io::Result<()> {
        self.writer.flush()?;
        if self.aside.is_some() {
            self.writer.get_ref().sync_data()?;
        }
        self.place()
    }

    fn place(mut self) -> io::Result<()> {
        let Some(aside) = self.aside.take() else {
            return Ok(());
        };
        if let Some((path, sentence)) = shortened() {
            let message = format!("{} {sentence}", path.display());
            return Err(io::Error::other(message));
        }
        aside.rename(&self.wanted)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A file called `.vmsd-PID-NUMBER.part` in the folder of `wanted`, whose own name may be as long as names can be.
fn create_beside(
    wanted: &Path,
    permissions: Option<Permissions>,
) -> io::Result<(TemporaryFile, File)> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    if wanted.file_name().is_none() {
        let sentence = "is not a file's name";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, sentence));
    }
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!(".vmsd-{}-{number}.part", std::process::id());
        let path = wanted.with_file_name(name);
        // One that was left behind by a kill belongs to nobody, and the next number is free.
        if path.symlink_metadata().is_ok() {
            continue;
        }
        let aside = TemporaryFile::at(path);
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(aside.path())?;
        if let Some(permissions) = permissions {
            file.set_permissions(permissions)?;
        }
        return Ok((aside, file));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_file_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let count = || fs::read_dir(folder.path()).unwrap().count();
        let wanted = folder.path().join("o".repeat(255));
        let mut output = Output::create(&wanted).unwrap();
        output.write_all(b"half").unwrap();
        assert_eq!(count(), 1);
        drop(output);
        assert_eq!(count(), 0);
        let mut output = Output::create(&wanted).unwrap();
        output.write_all(b"whole").unwrap();
        assert!(!wanted.exists());
        output.commit().unwrap();
        assert_eq!(fs::read(&wanted).unwrap(), b"whole");
        assert_eq!(count(), 1);
    }

    #[test]
    fn a_file_that_is_replaced_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("secret");
        fs::write(&wanted, b"old").unwrap();
        fs::set_permissions(&wanted, Permissions::from_mode(0o600)).unwrap();
        Output::write(&wanted, b"new").unwrap();
        assert_eq!(fs::read(&wanted).unwrap(), b"new");
        let mode = fs::metadata(&wanted).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_cannot_be_a_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Output::create(folder.path()).is_err());
        assert!(Output::create(&folder.path().join("none").join("out")).is_err());
        assert!(Output::create(Path::new("/")).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
