//! A real QEMU as the judge: started stopped, asked over QMP, and made to save or to load a stream.
//!
//! The protocol is one JSON object a line on the process's own standard input and output; five commands are all
//! that is used, so there is no client library here (the one for Rust compiles QEMU's whole schema, a minute by itself).

mod process;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fmt, fs, io, thread};

use serde_json::{json, Value};

use process::{end, said, Process, Started};

use crate::files::leftovers::{Bound, TemporaryFile};

/// How long a QEMU may take to start, to save or to load. An empty guest takes a tenth of a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// A QEMU binary and the machine to start.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The binary.
    pub binary: PathBuf,
    /// `-M` and whatever else makes the machine.
    pub args: Vec<String>,
    /// A folder that the binary can read and write; streams lie there while it runs.
    pub scratch: PathBuf,
}

/// What went wrong with a QEMU, in a sentence.
#[derive(Debug)]
pub struct QemuError(String);

impl QemuError {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for QemuError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for QemuError {}

impl From<io::Error> for QemuError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

type Result<T> = std::result::Result<T, QemuError>;

/// QEMU's answer to a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The stream was loaded.
    Accept,
    /// It was not; QEMU's own lines.
    Reject(String),
    /// QEMU was ended by a signal; which, and its own lines.
    Crash(String),
    /// Neither, and it was ended by us after a while.
    Hang,
}

impl Machine {
    /// The binary's version, as `7.2.22`.
    ///
    /// # Errors
    /// If the binary does not run or does not say.
    pub fn version(&self) -> Result<String> {
        let output = Command::new(&self.binary)
            .arg("--version")
            .output()
            .map_err(|error| QemuError(format!("{}: {error}", self.binary.display())))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text
            .split_whitespace()
            .skip_while(|word| *word != "version")
            .nth(1);
        version.map(str::to_owned).ok_or_else(|| {
            QemuError(format!(
                "{} does not tell its version",
                self.binary.display()
            ))
        })
    }

    /// Starts the machine stopped and saves it.
    ///
    /// # Errors
    /// If QEMU does not start or the migration fails, with QEMU's own words.
    pub fn save(&self) -> Result<Vec<u8>> {
        let mut process = Process::start(self, &[])?;
        let saved = process.save(&self.scratch)?;
        process.quit();
        Ok(saved)
    }

    /// How many CPUs the machine can have (`maxcpus` of `-smp`); none where it is of a kind that cannot get more.
    ///
    /// # Errors
    /// If QEMU does not start.
    pub fn max_cpus(&self) -> Result<Option<u64>> {
        let mut process = Process::start(self, &[])?;
        let slots = process.execute("query-hotpluggable-cpus", json!({}));
        process.quit();
        let slots = slots.ok().and_then(|slots| slots.as_array().map(Vec::len));
        Ok(slots.map(|slots| slots as u64))
    }

    /// What `-dump-vmstate` writes of the machine.
    ///
    /// # Errors
    /// If QEMU does not run, or writes nothing.
    pub fn dump(&self) -> Result<Vec<u8>> {
        let file = scratch(&self.scratch, "dump");
        let mut child = Command::new(&self.binary)
            .args(&self.args)
            .args(["-display", "none", "-dump-vmstate"])
            .arg(file.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| QemuError(format!("{}: {error}", self.binary.display())))?;
        let bound = Bound::to_us(&child);
        let words = child.stderr.take().map(said).unwrap_or_default();
        drop(bound);
        let status = end(&mut child)?;
        match fs::read(file.path()) {
            Ok(bytes) if status.success() => Ok(bytes),
            _ => Err(QemuError(format!("no dump was written: {words}"))),
        }
    }

    /// Starts the machine as a destination and lets it load `stream`.
    ///
    /// # Errors
    /// If QEMU does not start.
    pub fn load(&self, stream: &[u8]) -> Result<Verdict> {
        match self.loaded(stream) {
            Ok(mut process) => {
                process.quit();
                Ok(Verdict::Accept)
            }
            Err(Started::Ended(verdict)) => Ok(verdict),
            Err(Started::Failed(error)) => Err(error),
        }
    }

    /// Lets the machine load `stream`, and saves what it made of it.
    ///
    /// # Errors
    /// If QEMU does not start, does not take the stream, with its own words, or does not save.
    pub fn reload(&self, stream: &[u8]) -> Result<Vec<u8>> {
        let mut process = self.loaded(stream)?;
        let saved = process.save(&self.scratch)?;
        process.quit();
        Ok(saved)
    }

    /// The machine with `stream` loaded, or why there is none.
    fn loaded(&self, stream: &[u8]) -> std::result::Result<Process, Started> {
        let file = scratch(&self.scratch, "load");
        fs::write(file.path(), stream)?;
        let incoming = format!("exec:cat {}", quoted(file.path()));
        let mut process = Process::start(self, &["-incoming", &incoming])?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = process.execute("query-status", json!({}))?;
            if state.get("status").and_then(Value::as_str) != Some("inmigrate") {
                return Ok(process);
            }
            if Instant::now() > deadline {
                return Err(Started::Ended(Verdict::Hang));
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// A path as a word of a shell's command: QEMU hands `exec:` to one.
fn quoted(path: &Path) -> String {
    shell_words::quote(&path.to_string_lossy()).into_owned()
}

/// A file in the scratch folder that goes when it is no longer needed.
fn scratch(folder: &Path, what: &str) -> TemporaryFile {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("vmsd-{}-{number}.{what}", std::process::id());
    TemporaryFile::at(folder.join(name))
}
