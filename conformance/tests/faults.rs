//! Outputs that cannot be written and inputs that cannot be read: each ends in a message and status 2, and leaves no
//! unfinished file.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const STREAM: &str = "matrix/pc-q35-5.2.usb.from-7.2.qevm.zst";

fn corpus(path: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams");
    folder.join(path)
}

fn vmsd(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vmsd"));
    command
        .args(arguments)
        .current_dir(corpus(""))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn plain(path: &str) -> Vec<u8> {
    zstd::decode_all(File::open(corpus(path)).unwrap()).unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The one line that a command may say when it cannot do its job.
fn message(output: &Output) -> String {
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

fn is_empty(folder: &TempDir) -> bool {
    fs::read_dir(folder.path()).unwrap().next().is_none()
}

/// Looks again and again, for as long as a slow machine may need.
fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < Duration::from_secs(60), "never: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[test]
fn a_report_that_does_not_fit_on_the_disk_is_no_report() {
    let commands: [&[&str]; 11] = [
        &["inspect", STREAM],
        &["decode", STREAM],
        &["decode", "--format", "json", STREAM],
        &["hexdump", STREAM],
        &["check", "--from", STREAM, "--to", STREAM],
        &["schema", STREAM],
        &["matrix", STREAM, STREAM],
        &["rules"],
        &["completions", "bash"],
        &["strip", STREAM, "-o", "-"],
        &["--help"],
    ];
    for arguments in commands {
        let output = vmsd(arguments).stdout(full()).output().unwrap();
        let said = message(&output);
        assert!(
            said.contains("standard output") && said.contains("no space left"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_device_that_is_full_is_an_error() {
    for command in ["strip", "unwrap", "schema"] {
        let output = vmsd(&[command, STREAM, "-o", "/dev/full"])
            .output()
            .unwrap();
        let said = message(&output);
        assert!(
            said.starts_with("error: /dev/full: no space left"),
            "{said}"
        );
    }
}

#[test]
fn a_file_that_grows_too_large_is_not_left_behind() {
    for command in ["strip", "unwrap", "schema"] {
        let folder = TempDir::new().unwrap();
        let wanted = folder.path().join("out");
        let limited = |file: &Path| {
            // In blocks of 512 or of 1024 bytes.
            Command::new("sh")
                .args(["-c", "ulimit -f 8 && exec \"$@\"", "sh"])
                .args([
                    env!("CARGO_BIN_EXE_vmsd"),
                    command,
                    STREAM,
                    "-o",
                    text(file),
                ])
                .current_dir(corpus(""))
                .output()
                .unwrap()
        };
        let said = message(&limited(&wanted));
        assert!(said.contains("file too large"), "{said}");
        assert!(is_empty(&folder));
        fs::write(&wanted, b"what was there before").unwrap();
        message(&limited(&wanted));
        assert_eq!(fs::read(&wanted).unwrap(), b"what was there before");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[test]
fn half_a_copy_is_said_to_be_half_a_copy() {
    let mut child = vmsd(&["strip", "--scrub", STREAM, "-o", "-"])
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let said = message(&child.wait_with_output().unwrap());
    assert!(said.contains("standard output: was closed"), "{said}");
}

/// A pair of connected sockets.
fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (far, _) = listener.accept().unwrap();
    (near, far)
}

#[test]
fn a_connection_that_breaks_half_way_is_no_end_of_the_stream() {
    let stream = plain(STREAM);
    let folder = TempDir::new().unwrap();
    let wanted = folder.path().join("out");
    let commands: [&[&str]; 4] = [
        &["inspect", "-"],
        &["decode", "-"],
        &["strip", "-", "-o", text(&wanted)],
        &["unwrap", "-", "-o", text(&wanted)],
    ];
    for arguments in commands {
        let (mut near, mut far) = sockets();
        // Something that is never read: the connection is then reset, not closed.
        near.write_all(b"unread").unwrap();
        let child = vmsd(arguments)
            .stdin(Stdio::from(OwnedFd::from(near)))
            .spawn()
            .unwrap();
        far.write_all(&stream[..stream.len() / 2]).unwrap();
        drop(far);
        let said = message(&child.wait_with_output().unwrap());
        assert!(
            said.starts_with("error: standard input: connection reset"),
            "{said}"
        );
        assert!(is_empty(&folder));
    }
}

#[test]
fn a_folder_is_no_stream() {
    for arguments in [["inspect", "-"], ["decode", "-"], ["schema", "-"]] {
        let folder = File::open(corpus("")).unwrap();
        let output = vmsd(&arguments).stdin(folder).output().unwrap();
        assert!(message(&output).contains("is a directory"));
    }
}

#[test]
fn a_mapped_file_that_loses_its_end_is_named() {
    let stream = plain("features/plain-72.qevm.zst");
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("guest.qevm");
    for arguments in [
        &["strip", "--scrub", text(&file), "-o", "-"][..],
        &["hexdump", "--full", "--ram", text(&file)],
    ] {
        fs::write(&file, &stream).unwrap();
        let mut child = vmsd(arguments).spawn().unwrap();
        // What it prints fills the pipe, and it waits half-way.
        let mut printed = child.stdout.take().unwrap();
        printed.read_exact(&mut [0; 4096]).unwrap();
        let shorter = File::options().write(true).open(&file).unwrap();
        shorter.set_len(8192).unwrap();
        let drain =
            std::thread::spawn(move || drop(std::io::copy(&mut printed, &mut std::io::sink())));
        let said = message(&child.wait_with_output().unwrap());
        drain.join().unwrap();
        let wanted = format!(
            "error: {}: became shorter while it was read: it had {} bytes and has 8192\n",
            text(&file),
            stream.len()
        );
        assert_eq!(said, wanted);
    }
}

fn signal(child: &Child, name: &str) -> ExitStatus {
    let kill = format!("kill -{name} {}", child.id());
    Command::new("sh").args(["-c", &kill]).status().unwrap()
}

#[test]
fn an_interrupt_leaves_no_unfinished_file() {
    let stream = plain(STREAM);
    for name in ["INT", "TERM", "HUP"] {
        let folder = TempDir::new().unwrap();
        let wanted = folder.path().join("out");
        // Who runs the tests in the background may have them ignored.
        let mut child = Command::new("env")
            .args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_vmsd")])
            .args(["unwrap", "-", "-o", text(&wanted)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(&stream).unwrap();
        wait_until("an output beside the wanted one", || !is_empty(&folder));
        assert!(!wanted.exists());
        assert!(signal(&child, name).success());
        let said = message(&child.wait_with_output().unwrap());
        assert!(said.starts_with("error: interrupted"), "{said}");
        assert!(is_empty(&folder), "{name}");
        drop(stdin);
    }
}

#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let stream = plain(STREAM);
    let mut child = Command::new("sh")
        .args(["-c", "trap '' INT; exec \"$@\"", "sh"])
        .args([env!("CARGO_BIN_EXE_vmsd"), "inspect", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&stream).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    assert!(signal(&child, "INT").success());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(!output.stdout.is_empty());
}
