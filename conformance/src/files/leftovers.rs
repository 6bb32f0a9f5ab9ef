//! Files and processes that must not outlive this program, whatever ends it.
//!
//! Each is dropped by its owner in the ordinary course of things. A signal ends the program without that:
//! then [`sweep`] does it for all owners at once.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustix::process::{kill_process, Pid, Signal};

/// What is there at this moment.
static ALL: Mutex<All> = Mutex::new(All {
    files: Vec::new(),
    processes: Vec::new(),
});

struct All {
    files: Vec<PathBuf>,
    processes: Vec<Pid>,
}

/// A file that is removed when this value goes, unless it has got its final name.
#[derive(Debug)]
pub struct TemporaryFile(PathBuf);

impl TemporaryFile {
    /// Whatever will stand, or stands, at `path`. Nothing is created.
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        all().files.push(path.clone());
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Gives the file another name, under which it stays.
    ///
    /// # Errors
    /// What the system says; the file is then removed.
    pub fn rename(self, wanted: &Path) -> io::Result<()> {
        // Under the lock, so that a sweep comes either before or after it.
        let mut all = all();
        std::fs::rename(&self.0, wanted)?;
        all.files.retain(|path| *path != self.0);
        drop(all);
        Ok(())
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let mut all = all();
        if let Some(index) = all.files.iter().position(|path| *path == self.0) {
            all.files.swap_remove(index);
            let _ = std::fs::remove_file(&self.0);
        }
    }
}

/// A process that a sweep kills. This value has to go before somebody waits for the process: its number may then be
/// another's.
#[derive(Debug)]
pub struct Bound(Pid);

impl Bound {
    /// `child`, from now on.
    #[must_use]
    pub fn to_us(child: &Child) -> Self {
        let pid = Pid::from_child(child);
        all().processes.push(pid);
        Self(pid)
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        let mut all = all();
        all.processes.retain(|pid| *pid != self.0);
    }
}

/// Removes every file and kills every process. The program must end now: whoever wants to make or to rename another
/// file waits for ever.
pub fn sweep() {
    let all = all();
    for file in &all.files {
        let _ = std::fs::remove_file(file);
    }
    for pid in &all.processes {
        let _ = kill_process(*pid, Signal::KILL);
    }
    std::mem::forget(all);
}

fn all() -> MutexGuard<'static, All> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}
