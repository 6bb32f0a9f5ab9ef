//! Every command on every hostile file, through the binary: it ends by itself, with a status of ours, in bounds.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::files;

/// Virtual memory in KiB, of which threads and the binary take most.
const MEMORY: &str = "1500000";
/// Seconds of a processor.
const TIME: &str = "20";

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
        let commands: [&[&str]; 13] = [
            &["inspect", "bad"],
            &["inspect", "--format", "json", "bad"],
            &["decode", "bad"],
            &["decode", "--format", "json", "bad"],
            &["decode", "--format", "analyze", "bad"],
            &["hexdump", "bad"],
            &["diff", "bad", "good"],
            &["check", "--mode", "full", "--from", "bad", "--to", "good"],
            &["strip", "bad", "-o", "out"],
            &["unwrap", "bad", "-o", "out"],
            &["schema", "bad"],
            &["matrix", "bad", "good", "--policy", "bad"],
            &["generate", "rust", "bad", "-o", "crate"],
        ];
        for arguments in commands {
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
