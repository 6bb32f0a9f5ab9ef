//! Where a stream's bytes come from: a mapped file, or a pipe, which a compressed file is too.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use crate::map::Map;

/// The name under which standard input is asked for.
pub const STDIN: &str = "-";

/// An opened stream and what is known of it before its first byte is parsed.
pub struct Input {
    /// What to call it in messages.
    pub name: String,
    /// What the stream is wrapped in.
    pub container: Container,
    /// Its bytes.
    pub source: Source,
    /// Bytes of the file as it lies there, if it is a file.
    pub file_len: Option<u64>,
}

/// The bytes of a stream.
pub enum Source {
    /// All of them, mapped.
    Mapped(Map),
    /// One after the other.
    Pipe(Box<dyn Read>),
}

/// What a stream is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Nothing.
    Plain,
    /// gzip, also of several members.
    Gzip,
    /// Zstandard, also of several frames.
    Zstd,
}

impl Input {
    /// Opens `path`, or standard input where it is [`STDIN`].
    ///
    /// # Errors
    /// What the system says.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path == Path::new(STDIN) {
            return Self::stdin();
        }
        let file = File::open(path)?;
        Self::of_file(path.display().to_string(), file)
    }

    /// Standard input: mapped if it is a file that nobody has read from, else a pipe.
    fn stdin() -> io::Result<Self> {
        let name = "standard input".to_owned();
        let stdin = io::stdin();
        let file = File::from(stdin.as_fd().try_clone_to_owned()?);
        if file.metadata()?.is_file() && io::Seek::stream_position(&mut &file)? == 0 {
            return Self::of_file(name, file);
        }
        Self::of_pipe(name, Box::new(file), None)
    }

    fn of_file(name: String, file: File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(io::Error::new(
                io::ErrorKind::IsADirectory,
                "is a directory",
            ));
        }
        if !metadata.is_file() {
            return Self::of_pipe(name, Box::new(file), None);
        }
        let map = Map::new(&file)?;
        let file_len = Some(metadata.len());
        match Container::of(&map) {
            Container::Plain => Ok(Self {
                name,
                container: Container::Plain,
                source: Source::Mapped(map),
                file_len,
            }),
            _ => Self::of_pipe(name, Box::new(file), file_len),
        }
    }

    fn of_pipe(name: String, mut pipe: Box<dyn Read>, file_len: Option<u64>) -> io::Result<Self> {
        let mut magic = Vec::new();
        pipe.by_ref()
            .take(Container::MAGIC_LEN)
            .read_to_end(&mut magic)?;
        let container = Container::of(&magic);
        let whole = io::Cursor::new(magic).chain(pipe);
        let pipe: Box<dyn Read> = match container {
            Container::Plain => Box::new(whole),
            Container::Gzip => Box::new(flate2::read::MultiGzDecoder::new(whole)),
            Container::Zstd => Box::new(zstd::stream::read::Decoder::new(whole)?),
        };
        Ok(Self {
            name,
            container,
            source: Source::Pipe(pipe),
            file_len,
        })
    }
}

impl Container {
    const MAGIC_LEN: u64 = 4;

    /// The container that starts with these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
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

    fn read(bytes: &[u8]) -> (Container, Vec<u8>) {
        let input = Input::of_pipe(
            String::new(),
            Box::new(io::Cursor::new(bytes.to_vec())),
            None,
        )
        .unwrap();
        let Source::Pipe(mut pipe) = input.source else {
            panic!("a pipe was opened")
        };
        let mut out = Vec::new();
        pipe.read_to_end(&mut out).unwrap();
        (input.container, out)
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
        assert_eq!(read(text), (Container::Plain, text.to_vec()));
        assert_eq!(read(&gzip), (Container::Gzip, text.to_vec()));
        assert_eq!(read(&zstd), (Container::Zstd, text.to_vec()));
        assert_eq!(read(b""), (Container::Plain, Vec::new()));
    }
}
