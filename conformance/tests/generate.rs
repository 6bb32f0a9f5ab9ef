//! From streams to a crate: generated, compiled without a warning, and its own test run.
#![allow(clippy::unwrap_used, reason = "a test ends where it fails")]

use std::path::{Path, PathBuf};
use std::process::Command;

use conformance::generate::project::Project;
use conformance::generate::write::Dependency;

/// Every kind of field that the corpus has: an old and a new QEMU, arrays unfolded, subsections, an old-style handler.
const STREAMS: [&str; 2] = ["pc-i440fx-5.2.usb.from-5.2", "pc-i440fx-5.2.usb.from-11.1"];

fn corpus(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams/matrix");
    root.join(format!("{name}.qevm.zst"))
}

fn project(wanted: &dyn Fn(&str) -> bool) -> Project {
    let mut project = Project::default();
    for name in STREAMS {
        let bytes = std::fs::read(corpus(name)).unwrap();
        project.add(name, &bytes, wanted).unwrap();
    }
    assert!(project.left_out.is_empty(), "{:?}", project.left_out);
    project
}

#[test]
fn a_generated_crate_passes_its_own_test() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("generated");
    let written = project(&|_| true)
        .write(&folder, &Dependency::checkout())
        .unwrap();
    assert!(written.devices > 30, "{written:?}");
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.lock");
    std::fs::copy(lock, folder.join("Cargo.lock")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["test", "--offline", "--manifest-path"])
        .arg(folder.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("RUSTFLAGS", "-Dwarnings")
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains("1 passed"), "{out}");
    assert!(!err.contains("warning"), "{err}");
}

#[test]
fn what_is_generated_is_formatted_and_the_same_each_time() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formatted");
    let one = project(&|name| name == "uhci" || name == "hpet");
    one.write(&folder, &Dependency::Version("0.1".to_owned()))
        .unwrap();
    let text = std::fs::read_to_string(folder.join("src/hpet.rs")).unwrap();
    let two = project(&|name| name == "uhci" || name == "hpet");
    two.write(&folder, &Dependency::Version("0.1".to_owned()))
        .unwrap();
    assert_eq!(
        text,
        std::fs::read_to_string(folder.join("src/hpet.rs")).unwrap()
    );
    let output = Command::new("rustfmt")
        .args(["--edition", "2021", "--check"])
        .arg(folder.join("src/lib.rs"))
        .arg(folder.join("tests/round_trip.rs"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
