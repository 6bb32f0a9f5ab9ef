//! The captures of further channels that lie beside that of a main channel.

use std::fs;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::Init;
use crate::files::container::{open, Content, Options, Source};

/// The files in the folder of `main` that are captures of multifd channels, also compressed ones, by the number of
/// the channel. They belong to `main` if their names have the same beginning, up to the first full stop.
///
/// # Errors
/// What the system says of the folder. A file that cannot be read is none of them.
pub fn channels_beside(main: &Path) -> io::Result<Vec<(PathBuf, Init)>> {
    let folder = match main.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name() == main.file_name() || beginning(&path) != beginning(main) {
            continue;
        }
        if let Some(init) = channel(&path) {
            found.push((path, init));
        }
    }
    found.sort_by(|(path, init), (other_path, other)| (init.id, path).cmp(&(other.id, other_path)));
    Ok(found)
}

fn beginning(path: &Path) -> Option<&[u8]> {
    let name = path.file_name()?.as_encoded_bytes();
    name.split(|&byte| byte == b'.').next()
}

/// The initial packet, if the file has one.
fn channel(path: &Path) -> Option<Init> {
    if !path.metadata().ok()?.is_file() {
        return None;
    }
    // An offset that is given keeps a stream from being searched in files of any kind.
    let options = Options {
        offset: Some(0),
        ..Options::default()
    };
    let opened = open(Source::pipe(File::open(path).ok()?), &options).ok()?;
    match opened.content {
        Content::MultifdChannel(init) => Some(init),
        Content::Stream => None,
    }
}
