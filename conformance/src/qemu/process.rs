//! A QEMU that runs: QMP over its standard streams, its own words, its end.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{json, Value};

use super::{quoted, scratch, Machine, QemuError, Result, Verdict, PATIENCE};
use crate::files::leftovers::Bound;

/// Why a command has no answer: QEMU ended, with what it said, or it could not be asked.
pub(super) enum Started {
    Ended(Verdict),
    Failed(QemuError),
}

impl From<Started> for QemuError {
    fn from(started: Started) -> Self {
        match started {
            Started::Ended(Verdict::Reject(words) | Verdict::Crash(words)) => {
                Self(format!("QEMU ended: {words}"))
            }
            Started::Ended(Verdict::Hang) => Self("QEMU does not answer".to_owned()),
            Started::Ended(Verdict::Accept) => Self("QEMU ended".to_owned()),
            Started::Failed(error) => error,
        }
    }
}

impl From<QemuError> for Started {
    fn from(error: QemuError) -> Self {
        Self::Failed(error)
    }
}

impl From<io::Error> for Started {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

/// A running QEMU; it does not outlive this value.
pub(super) struct Process {
    child: Child,
    bound: Option<Bound>,
    input: ChildStdin,
    /// Lines of its standard output.
    output: Receiver<String>,
    errors: Option<thread::JoinHandle<String>>,
}

impl Process {
    pub(super) fn start(machine: &Machine, extra: &[&str]) -> std::result::Result<Self, Started> {
        let mut child = Command::new(&machine.binary)
            .args(&machine.args)
            .args([
                "-S", "-display", "none", "-monitor", "none", "-qmp", "stdio",
            ])
            .args(extra)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| {
                Started::Failed(QemuError(format!("{}: {error}", machine.binary.display())))
            })?;
        let (Some(input), Some(output), Some(mut errors)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(Started::Failed(QemuError(
                "QEMU has no standard streams".to_owned(),
            )));
        };
        let errors = thread::spawn(move || {
            let mut words = Vec::new();
            let _ = errors.read_to_end(&mut words);
            String::from_utf8_lossy(&words).trim().replace('\n', " ; ")
        });
        let mut process = Self {
            bound: Some(Bound::to_us(&child)),
            child,
            input,
            output: lines(output),
            errors: Some(errors),
        };
        process.answer()?; // the greeting
        process.execute("qmp_capabilities", json!({}))?;
        Ok(process)
    }

    pub(super) fn execute(
        &mut self,
        command: &str,
        arguments: Value,
    ) -> std::result::Result<Value, Started> {
        let line = format!(
            "{}\n",
            json!({ "execute": command, "arguments": arguments })
        );
        if self.input.write_all(line.as_bytes()).is_err() {
            return Err(self.ended());
        }
        loop {
            let answer = self.answer()?;
            if let Some(value) = answer.get("return") {
                return Ok(value.clone());
            }
            if let Some(error) = answer.get("error") {
                let why = error
                    .get("desc")
                    .and_then(Value::as_str)
                    .unwrap_or("no reason given");
                return Err(Started::Failed(QemuError(format!("{command}: {why}"))));
            }
        }
    }

    /// The next line: a greeting, an event or an answer.
    fn answer(&mut self) -> std::result::Result<Value, Started> {
        match self.output.recv_timeout(PATIENCE) {
            Ok(line) => serde_json::from_str(&line).map_err(|error| {
                Started::Failed(QemuError(format!("QMP speaks no JSON: {error}: {line}")))
            }),
            Err(RecvTimeoutError::Timeout) => Err(Started::Ended(Verdict::Hang)),
            Err(RecvTimeoutError::Disconnected) => Err(self.ended()),
        }
    }

    fn ended(&mut self) -> Started {
        self.bound = None;
        let status = end(&mut self.child);
        let words = self
            .errors
            .take()
            .and_then(|reader| reader.join().ok())
            .unwrap_or_default();
        let signal = status.ok().and_then(|status| signal(&status));
        Started::Ended(match signal {
            Some(signal) => Verdict::Crash(format!("signal {signal} ; {words}")),
            None => Verdict::Reject(words),
        })
    }

    /// Saves the machine, which stays stopped.
    pub(super) fn save(&mut self, folder: &Path) -> Result<Vec<u8>> {
        let file = scratch(folder, "save");
        self.execute(
            "migrate",
            json!({ "uri": format!("exec:cat > {}", quoted(file.path())) }),
        )?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let state = self.execute("query-migrate", json!({}))?;
            match state.get("status").and_then(Value::as_str) {
                Some("completed") => break,
                Some("failed" | "cancelled") => {
                    let why = state
                        .get("error-desc")
                        .and_then(Value::as_str)
                        .unwrap_or("no reason given");
                    return Err(QemuError(format!("the migration failed: {why}")));
                }
                _ if Instant::now() > deadline => {
                    return Err(QemuError("the migration does not end".to_owned()))
                }
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
        Ok(fs::read(file.path())?)
    }

    pub(super) fn quit(&mut self) {
        let _ = self.execute("quit", json!({}));
        self.bound = None;
        let _ = end(&mut self.child);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.bound = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines until there are no more, or nobody wants them.
fn lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines() {
            let Ok(line) = line else { return };
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

/// All lines until a process closes its output, which it does when it ends; or until it has taken too long.
pub(super) fn said(output: impl Read + Send + 'static) -> String {
    let deadline = Instant::now() + PATIENCE;
    let (lines, mut words) = (lines(output), Vec::new());
    while let Some(left) = deadline.checked_duration_since(Instant::now()) {
        match lines.recv_timeout(left) {
            Ok(line) => words.push(line),
            Err(_) => break,
        }
    }
    words.join(" ; ")
}

/// Waits for a process that should be about to end, and helps it after a while.
pub(super) fn end(child: &mut Child) -> io::Result<ExitStatus> {
    const A_WHILE: Duration = Duration::from_secs(10);
    let deadline = Instant::now() + A_WHILE;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill()?;
    child.wait()
}

/// The signal that ended a process.
#[cfg(unix)]
fn signal(status: &ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal()
}

#[cfg(not(unix))]
fn signal(_: &ExitStatus) -> Option<i32> {
    None
}
