//! A file that is written aside and takes its place when it is whole.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes to a neighbour of the wanted file; [`Output::commit`] renames it. Without that nothing is left behind.
///
/// What is not a regular file, a device or a named pipe, cannot be replaced and is written to as it stands.
pub struct Output {
    wanted: PathBuf,
    aside: Option<PathBuf>,
    writer: BufWriter<File>,
}

impl Output {
    /// A new file that will be called `wanted`.
    ///
    /// # Errors
    /// What the system says of the folder.
    pub fn create(wanted: &Path) -> io::Result<Self> {
        // The rename would otherwise replace a symbolic link, not what it leads to.
        let wanted = wanted.canonicalize().unwrap_or_else(|_| wanted.to_owned());
        let replaceable = fs::metadata(&wanted).map_or(true, |metadata| metadata.is_file());
        let aside = if replaceable {
            Some(aside(&wanted)?)
        } else {
            None
        };
        let file = match &aside {
            Some(aside) => File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(aside)?,
            None => File::options().write(true).open(&wanted)?,
        };
        Ok(Self {
            wanted,
            aside,
            writer: BufWriter::with_capacity(1 << 17, file),
        })
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
    /// What the system says; the file is then not there.
    pub fn commit(mut self) -> io::Result<()> {
        self.writer.flush()?;
        if let Some(aside) = &self.aside {
            self.writer.get_ref().sync_data()?;
            fs::rename(aside, &self.wanted)?;
        }
        self.aside = None;
        Ok(())
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

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(aside) = &self.aside {
            let _ = fs::remove_file(aside);
        }
    }
}

/// `.NAME.PID.part` beside `wanted`.
fn aside(wanted: &Path) -> io::Result<PathBuf> {
    let name = wanted
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "is not a file's name"))?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.part", std::process::id()));
    Ok(wanted.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole_or_not_there() {
        let folder = std::env::temp_dir().join(format!("vmsd-output-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let wanted = folder.join("out");
        let mut output = Output::create(&wanted).unwrap();
        output.write_all(b"half").unwrap();
        drop(output);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        let mut output = Output::create(&wanted).unwrap();
        output.write_all(b"whole").unwrap();
        assert!(!wanted.exists());
        output.commit().unwrap();
        assert_eq!(fs::read(&wanted).unwrap(), b"whole");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }
}
