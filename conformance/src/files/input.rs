//! An input of a command: a file or standard input, with whatever containers it has unwrapped.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::files::container::{self, Content, Layer, Opened, Options, Source};
use crate::files::map::Map;
use crate::files::shortened::mapped;

/// The name under which standard input is asked for.
pub const STDIN: &str = "-";

/// An opened stream and what is known of it before its first byte is parsed.
pub struct Input {
    /// What to call it in messages.
    pub name: String,
    /// What the stream was wrapped in, outermost first.
    pub layers: Vec<Layer>,
    /// What is inside.
    pub content: Content,
    /// Its bytes.
    pub source: Source,
    /// Bytes of the file as it lies there, if it is a file.
    pub file_len: Option<u64>,
}

impl Input {
    /// Opens `path`, or standard input where it is [`STDIN`].
    ///
    /// # Errors
    /// What the system says, and what is wrong with a container.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::open_with(path, &Options::default())
    }

    /// Opens `path`, or standard input where it is [`STDIN`], at the place that `options` say.
    ///
    /// # Errors
    /// What the system says, and what is wrong with a container.
    pub fn open_with(path: &Path, options: &Options) -> io::Result<Self> {
        if path == Path::new(STDIN) {
            return Self::stdin(options);
        }
        let file = File::open(path)?;
        Self::of_file(path.display().to_string(), path, file, options)
    }

    /// Standard input: mapped if it is a file that nobody has read from, else a pipe.
    fn stdin(options: &Options) -> io::Result<Self> {
        let name = "standard input".to_owned();
        let stdin = io::stdin();
        let file = File::from(stdin.as_fd().try_clone_to_owned()?);
        if file.metadata()?.is_file() && io::Seek::stream_position(&mut &file)? == 0 {
            return Self::of_file(name, Path::new("/dev/stdin"), file, options);
        }
        Self::of_source(name, Source::pipe(file), None, options)
    }

    fn of_file(name: String, path: &Path, file: File, options: &Options) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "is a directory",
            ));
        }
        if !metadata.is_file() {
            return Self::of_source(name, Source::pipe(file), None, options);
        }
        mapped(path, &metadata);
        let source = Source::mapped(Map::new(&file)?);
        Self::of_source(name, source, Some(metadata.len()), options)
    }

    fn of_source(
        name: String,
        source: Source,
        file_len: Option<u64>,
        options: &Options,
    ) -> io::Result<Self> {
        let Opened {
            layers,
            content,
            source,
            ..
        } = container::open(source, options)?;
        Ok(Self {
            name,
            layers,
            content,
            source,
            file_len,
        })
    }
}

/// Whether two paths lead to the same file.
#[must_use]
pub fn same_file(a: &Path, b: &Path) -> bool {
    let canonical = |path: &Path| -> Option<PathBuf> { path.canonicalize().ok() };
    match (canonical(a), canonical(b)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn read(bytes: &[u8]) -> (Vec<&'static str>, Vec<u8>) {
        let source = Source::pipe(io::Cursor::new(bytes.to_vec()));
        let input = Input::of_source(String::new(), source, None, &Options::default()).unwrap();
        let mut out = Vec::new();
        input.source.into_read().read_to_end(&mut out).unwrap();
        (input.layers.iter().map(Layer::name).collect(), out)
    }

    #[test]
    fn compressed_pipes_are_read_as_they_are() {
        let text = b"QEVM and so on";
        let mut gzip = Vec::new();
        for part in [&text[..4], &text[4..]] {
            let mut encoder = flate2::write::GzEncoder::new(&mut gzip, flate2::Compression::fast());
            encoder.write_all(part).unwrap();
            encoder.finish().unwrap();
        }
        let mut zstd = zstd::encode_all(&text[..4], 1).unwrap();
        zstd.extend(zstd::encode_all(&text[4..], 1).unwrap());
        assert_eq!(read(text), (vec![], text.to_vec()));
        assert_eq!(read(&gzip), (vec!["gzip"], text.to_vec()));
        assert_eq!(read(&zstd), (vec!["zstd"], text.to_vec()));
        assert_eq!(read(b""), (vec![], Vec::new()));
    }
}
