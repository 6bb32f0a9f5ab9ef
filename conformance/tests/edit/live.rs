//! Edited streams and a real QEMU: it takes them, and what it saves then has the new values.
//!
//! `VMSD_QEMU` names binaries, as `PATH` does folders; without it the one in the path is used, if there is one. Guests are
//! stopped and have not run, so their pages can be left out.

use std::io::Write as _;
use std::path::PathBuf;

use conformance::qemu::{Machine, Verdict};
use serde_json::Value;

use super::{json, vmsd};

const OLD: &str = "pc-i440fx-7.1";
const NEW: &str = "pc-i440fx-7.2";

fn binaries() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("VMSD_QEMU") {
        return std::env::split_paths(&named).collect();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join("qemu-system-x86_64"))
        .find(|binary| binary.is_file())
        .into_iter()
        .collect()
}

/// A QEMU, and a folder that it can write.
struct Judge {
    binary: PathBuf,
    scratch: tempfile::TempDir,
}

impl Judge {
    fn machine(&self, name: &str) -> Machine {
        let args = [
            "-M",
            name,
            "-m",
            "64",
            "-nic",
            "none",
            "-serial",
            "none",
            "-parallel",
            "none",
        ];
        Machine {
            binary: self.binary.clone(),
            args: args.map(str::to_owned).to_vec(),
            scratch: self.scratch.path().to_owned(),
        }
    }

    /// What `vmsd edit` makes of a stream.
    fn edit(&self, stream: &[u8], changes: &[&str]) -> Vec<u8> {
        let [from, to] = ["from", "to"].map(|name| self.scratch.path().join(name));
        std::fs::write(&from, stream).unwrap();
        let [input, output] = [&from, &to].map(|path| path.display().to_string());
        let ran = vmsd(&[&["edit", &input, "-o", &output], changes].concat());
        assert!(
            ran.status.success(),
            "{changes:?}: {}",
            String::from_utf8_lossy(&ran.stderr)
        );
        std::fs::read(&to).unwrap()
    }

    /// What the QEMU saves after it loaded what `vmsd edit` made.
    fn second_capture(&self, machine: &str, stream: &[u8], changes: &[&str]) -> Vec<u8> {
        let edited = self.edit(stream, changes);
        let captured = self.machine(machine).reload(&edited);
        captured.unwrap_or_else(|error| panic!("{} {changes:?}: {error}", self.binary.display()))
    }
}

/// The first value of that name in a device.
fn value(stream: &[u8], device: &str, name: &str) -> Option<Value> {
    fn find(value: &Value, name: &str) -> Option<Value> {
        match value {
            Value::Object(members) if members.get("name").and_then(Value::as_str) == Some(name) => {
                members.get("value").cloned()
            }
            Value::Object(members) => members.values().find_map(|value| find(value, name)),
            Value::Array(values) => values.iter().find_map(|value| find(value, name)),
            _ => None,
        }
    }
    find(
        &json(&["decode", "--format", "json"], stream, &[device]),
        name,
    )
}

fn judge(judge: &Judge) {
    let before = judge.machine(OLD).save().unwrap();
    let number = |stream: &[u8], device: &str, name: &str| {
        value(stream, device, name).unwrap_or_else(|| panic!("no {device}.{name}"))
    };
    // A field of a device, one of a nested struct, one of a subsection.
    let fields = [
        (
            "mc146818rtc",
            "cmos_index",
            "mc146818rtc.cmos_index=0x2a",
            0x2a,
        ),
        ("piix4_pm", "apms", "0000:00:01.3/piix4_pm.apm.apms=7", 7),
        (
            "fw_cfg",
            "dma_addr",
            "fw_cfg.fw_cfg/dma.dma_addr=0x123456",
            0x12_3456,
        ),
    ];
    for (device, name, ..) in fields {
        assert_eq!(
            number(&before, device, name),
            0,
            "{device}.{name} as it was reset"
        );
    }
    let changes = fields.map(|(_, _, change, _)| change);
    let after = judge.second_capture(OLD, &before, &changes);
    for (device, name, _, expected) in fields {
        assert_eq!(number(&after, device, name), expected, "{device}.{name}");
    }

    // Without its subsection the address is what a reset sets, and QEMU sends the subsection again.
    let dropped = judge.second_capture(OLD, &after, &["--drop", "fw_cfg/dma"]);
    assert_eq!(number(&dropped, "fw_cfg", "dma_addr"), 0);
    assert_eq!(number(&dropped, "mc146818rtc", "cmos_index"), 0x2a);
    let nested = judge.second_capture(OLD, &after, &["--drop", "fdrive/media_rate"]);
    assert_eq!(number(&nested, "fw_cfg", "dma_addr"), 0x12_3456);
    let section = judge.second_capture(OLD, &after, &["--drop", "mc146818rtc"]);
    assert_eq!(number(&section, "mc146818rtc", "cmos_index"), 0);

    // Another machine type, which QEMU otherwise refuses.
    match judge.machine(NEW).load(&after).unwrap() {
        Verdict::Reject(words) => assert!(words.contains(OLD) && words.contains(NEW), "{words}"),
        other => panic!("{OLD} in {NEW}: {other:?}"),
    }
    let raised = judge.second_capture(NEW, &after, &["--set-machine", NEW]);
    assert_eq!(number(&raised, "mc146818rtc", "cmos_index"), 0x2a);
    assert_eq!(
        json(&["inspect", "--format", "json"], &raised, &[])["machine"],
        NEW
    );
}

#[test]
fn a_real_qemu_takes_what_was_edited() {
    let binaries = binaries();
    if binaries.is_empty() {
        // Past the capture of the test's output: somebody should see it.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: no edited stream was loaded, there is no qemu-system-x86_64 in the path and VMSD_QEMU names none"
        );
    }
    for binary in binaries {
        judge(&Judge {
            binary,
            scratch: tempfile::tempdir().unwrap(),
        });
    }
}
