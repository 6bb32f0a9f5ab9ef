//! Arguments that name streams, and folders of streams.

use std::path::PathBuf;

use crate::common::Failure;

/// The files behind `sources`, in order; without the JSON files of a folder.
pub(crate) fn files(sources: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    let mut open: Vec<PathBuf> = sources.to_vec();
    while let Some(path) = open.pop() {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        let io = |error: std::io::Error| Failure::io(&path.display().to_string(), &error);
        for entry in std::fs::read_dir(&path).map_err(io)? {
            let path = entry.map_err(io)?.path();
            if !path.to_string_lossy().contains(".json") {
                open.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
