//! Every command on every hostile file, through the binary: it ends by itself, with a status of ours, in bounds.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::files;

/// Virtual memory in KiB, of which threads and the binary take most.
const MEMORY: &str = "1500000";
/// Seconds of a processor.
const TIME: &str = "20";

/// Every command that reads what somebody else made, in each of its ways.
const COMMANDS: [&[&str]; 29] = [
    &["inspect", "bad"],
    &["inspect", "--format", "json", "bad"],
    &["decode", "bad"],
    &["decode", "--format", "json", "bad"],
    &["decode", "--format", "analyze", "bad"],
    &["hexdump", "bad"],
    &["hexdump", "--full", "--ram", "bad"],
    &["diff", "bad", "good"],
    &["diff", "--ram", "good", "bad"],
    &["check", "--mode", "full", "--from", "bad", "--to", "good"],
    &["check", "--mode", "full", "--from", "bad", "--to", "bad"],
    &["strip", "bad", "-o", "out"],
    &["strip", "--scrub", "bad", "-o", "out"],
    &["unwrap", "bad", "-o", "out"],
    &["edit", "bad", "device.f=1", "-o", "out"],
    &["edit", "--drop", "device/s", "bad", "-o", "out"],
    &["edit", "--set-machine", "pc-q35-8.0", "bad", "-o", "out"],
    &["ram", "list", "bad"],
    &["ram", "extract", "bad", "-f", "-o", "memory"],
    &[
        "ram", "extract", "bad", "-f", "--block", "a", "-o", "memory",
    ],
    &[
        "ram",
        "extract",
        "good",
        "--channel",
        "bad",
        "-f",
        "-o",
        "memory",
    ],
    &["schema", "bad"],
    &["matrix", "bad", "good", "--policy", "bad"],
    &["matrix", "bad", "good", "--baseline", "."],
    &["generate", "rust", "bad", "-o", "crate"],
    &["generate", "rust", "--lang", "c", "bad", "-o", "crate"],
    &["generate", "stream", "--schema", "bad", "-o", "made"],
    &["explain", "bad", "--stream", "bad", "--target", "bad"],
    &["conform", "bad"],
];

fn vmsd(folder: &Path, arguments: &[&str]) -> Output {
    let limits = format!("ulimit -v {MEMORY}; ulimit -t {TIME}; exec \"$@\"");
    Command::new("sh")
        .args(["-c", &limits, "sh", env!("CARGO_BIN_EXE_vmsd")])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

#[test]
fn every_command_ends_with_a_status_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let good = files::with_device(&[1], "{\"name\": \"f\", \"type\": \"uint8\", \"size\": 1}");
    fs::write(folder.path().join("good"), good).unwrap();
    let mut bomb = vec![b' '; 1 << 20];
    bomb[0] = b'{';
    let mut all = files::all(1);
    all.extend(
        files::bombs(&bomb, 70)
            .into_iter()
            .filter(|bomb| bomb.name.contains("zstd")),
    );
    for file in all {
        fs::write(folder.path().join("bad"), &file.bytes).unwrap();
        for arguments in COMMANDS {
            let output = vmsd(folder.path(), arguments);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                matches!(output.status.code(), Some(0..=2)) && !said.contains("panicked"),
                "{}: vmsd {}: {}: {said}",
                file.name,
                arguments.join(" "),
                output.status
            );
            assert!(
                output.status.code() != Some(2) || said.contains("error: "),
                "{}: vmsd {}: status 2 without a word",
                file.name,
                arguments.join(" ")
            );
            assert!(
                !output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b),
                "{}: vmsd {}: a name of the file reaches the terminal",
                file.name,
                arguments.join(" ")
            );
        }
    }
}
