//! The example's README: every run that it shows is what vmsd prints.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn the_readme_shows_what_vmsd_prints() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/uart");
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let mut statuses = Vec::new();
    for block in readme.split("```text\n$ vmsd ").skip(1) {
        let (run, _) = block.split_once("```").unwrap();
        let (arguments, shown) = run.split_once('\n').unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_vmsd"))
            .args(arguments.split(' '))
            .current_dir(&folder)
            .env_remove("CLICOLOR_FORCE")
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(printed, shown, "vmsd {arguments}");
        statuses.push(output.status.code());
    }
    assert_eq!(statuses, [Some(1), Some(1), Some(0)]);
}
