//! What the command line prints, as data: `tests/cli/NAME.test` says what is run, its neighbours what must come out.
//!
//! `BLESS=1 cargo test --test cli` writes the neighbours anew; see tests/cli/README.md.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// What one file asks for.
struct Case {
    /// Commands, each of which reads what the one before it printed.
    pipeline: Vec<Vec<String>>,
    /// The exit status of the last one.
    status: i32,
}

impl Case {
    fn read(path: &Path) -> Self {
        let mut case = Self {
            pipeline: Vec::new(),
            status: 0,
        };
        for line in fs::read_to_string(path).unwrap().lines() {
            match line.split_once(' ') {
                Some(("RUN", command)) => case.pipeline.push(words(command)),
                Some(("EXIT", status)) => case.status = status.parse().unwrap(),
                _ => assert!(
                    line.is_empty() || line.starts_with('#'),
                    "{}: {line}",
                    path.display()
                ),
            }
        }
        case
    }

    fn run(&self) -> Output {
        let mut input = Vec::new();
        let mut last = None;
        for arguments in &self.pipeline {
            let output = vmsd(arguments, &input);
            input.clone_from(&output.stdout);
            last = Some(output);
        }
        last.unwrap()
    }
}

/// Words as a shell would split them; only single quotes are known.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in command.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn vmsd(arguments: &[String], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vmsd"))
        .args(arguments)
        .current_dir(folder("../corpus/streams"))
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A command that does not want its input closes it.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares with the neighbour, or writes it.
fn compare(expected: &Path, found: &[u8], failures: &mut Vec<String>) {
    if std::env::var_os("BLESS").is_some() {
        if found.is_empty() {
            let _ = fs::remove_file(expected);
        } else {
            fs::write(expected, found).unwrap();
        }
        return;
    }
    let wanted = fs::read(expected).unwrap_or_default();
    if wanted != found {
        let (wanted, found) = (
            String::from_utf8_lossy(&wanted),
            String::from_utf8_lossy(found),
        );
        let line = wanted.lines().zip(found.lines()).position(|(a, b)| a != b);
        let line = line.unwrap_or_else(|| wanted.lines().count().min(found.lines().count()));
        failures.push(format!(
            "{}, line {}:\n  wanted {:?}\n  found  {:?}",
            expected.display(),
            line + 1,
            wanted.lines().nth(line),
            found.lines().nth(line)
        ));
    }
}

#[test]
fn every_command_prints_what_stands_beside_it() {
    let mut failures = Vec::new();
    let mut cases: Vec<PathBuf> = fs::read_dir(folder("tests/cli"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "test")
        })
        .collect();
    cases.sort();
    assert!(cases.len() > 10);
    for path in cases {
        let case = Case::read(&path);
        let output = case.run();
        if output.status.code() != Some(case.status) {
            failures.push(format!(
                "{}: {}, wanted {}",
                path.display(),
                output.status,
                case.status
            ));
        }
        compare(
            &path.with_extension("stdout"),
            &output.stdout,
            &mut failures,
        );
        compare(
            &path.with_extension("stderr"),
            &output.stderr,
            &mut failures,
        );
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn no_expectation_stands_without_its_test() {
    for entry in fs::read_dir(folder("tests/cli")).unwrap() {
        let path = entry.unwrap().path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("stdout" | "stderr")) {
            assert!(path.with_extension("test").exists(), "{}", path.display());
        }
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_vmsd"))
        .args([
            "decode",
            "--full",
            "matrix/pc-q35-5.2.usb.from-7.2.qevm.zst",
        ])
        .current_dir(folder("../corpus/streams"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(output.stderr, b"");
}

#[test]
fn strip_does_not_touch_its_input_and_leaves_nothing_half_done() {
    let folder = std::env::temp_dir().join(format!("vmsd-cli-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (good, bad) = (folder.join("good"), folder.join("bad"));
    let text = |path: &Path| path.display().to_string();
    let arguments =
        |input: &str, output: &Path| vec!["strip".into(), input.into(), "-o".into(), text(output)];
    let made = vmsd(
        &arguments("matrix/pc-q35-5.2.usb.from-7.2.qevm.zst", &good),
        &[],
    );
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    let before = fs::read(&good).unwrap();
    assert_eq!(
        vmsd(&arguments(&text(&good), &good), &[]).status.code(),
        Some(2)
    );
    assert_eq!(fs::read(&good).unwrap(), before);
    let cut = vmsd(&arguments("-", &bad), &before[..before.len() / 8]);
    assert_eq!(cut.status.code(), Some(2));
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        1,
        "nothing but the good copy is there"
    );
    fs::remove_dir_all(&folder).unwrap();
}
