//! Mapped files that became shorter while they were read.
//!
//! A read behind the new end is SIGBUS, a write from there is EFAULT, and what is left of the last page reads as zeros. None
//! of these names the file; its length does.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Every file that was mapped.
static MAPPED: Mutex<Vec<Mapped>> = Mutex::new(Vec::new());

struct Mapped {
    path: PathBuf,
    device: u64,
    inode: u64,
    len: u64,
}

/// Remembers that the file at `path` was mapped when it was as `metadata` says.
pub fn mapped(path: &Path, metadata: &Metadata) {
    let file = Mapped {
        path: path.to_owned(),
        device: metadata.dev(),
        inode: metadata.ino(),
        len: metadata.len(),
    };
    MAPPED
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(file);
}

/// A sentence about the first of the mapped files that is shorter than it was. One that was replaced is not: the map
/// still shows the old one.
#[must_use]
pub fn shortened() -> Option<(PathBuf, String)> {
    let all = MAPPED.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().find_map(|file| {
        let now = std::fs::metadata(&file.path).ok()?;
        let same = (now.dev(), now.ino()) == (file.device, file.inode);
        (same && now.len() < file.len).then(|| {
            let (was, is) = (file.len, now.len());
            let sentence =
                format!("became shorter while it was read: it had {was} bytes and has {is}");
            (file.path.clone(), sentence)
        })
    })
}
