//! `vmsd edit`: every other byte stays, the description stays true, what is wrong is refused, and real QEMU takes the result.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

mod configuration;
mod live;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn corpus(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(path)
}

fn vmsd(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_vmsd"))
        .args(arguments)
        .current_dir(corpus("."))
        .output()
        .unwrap()
}

/// The file with changes, which must be possible, and what was said of them.
fn edited(file: &str, changes: &[&str]) -> (Vec<u8>, String) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let output = vmsd(&[&["edit", file, "-o", &out], changes].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{file} {changes:?}: {said}");
    (std::fs::read(&out).unwrap(), said)
}

/// The plain stream of a file.
fn plain(file: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let output = vmsd(&["unwrap", file, "-o", &out]);
    assert!(
        output.status.code() < Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::read(&out).unwrap()
}

/// What a command says of a stream.
fn json(command: &[&str], stream: &[u8], more: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("stream");
    std::fs::write(&file, stream).unwrap();
    let output = vmsd(&[command, &[&file.display().to_string()], more].concat());
    let wrong = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{command:?}: {wrong}");
    serde_json::from_slice(&output.stdout).unwrap()
}

const BASE: &str = "streams/variants/7.2.base.qevm.zst";

#[test]
fn a_value_changes_its_own_bytes_and_no_others() {
    let before = plain(BASE);
    let changes = [
        "mc146818rtc.cmos_index=0x0f",
        "piix4_pm.ar.gpe.en=0x1234",
        "dma#1.regs[0].now[1]=-2",
    ];
    let (after, said) = edited(BASE, &changes);
    assert_eq!(before.len(), after.len());
    let changed: Vec<_> = before
        .iter()
        .zip(&after)
        .filter(|(a, b)| a != b)
        .map(|(_, b)| *b)
        .collect();
    assert_eq!(changed, [0xff, 0xff, 0xff, 0xfe, 0x0f, 0x12, 0x34]);
    assert!(
        said.contains("dma#1.regs[0].now[1]: 0 becomes -2"),
        "{said}"
    );
    let (same, _) = edited(BASE, &["mc146818rtc.cmos_index=0"]);
    assert!(same == before, "what it is already");
}

/// Names of all subsections in a stream.
fn subsections(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Array(list)) = members.get("subsections") {
                let name = |one: &Value| one["vmsd"].as_str().map(str::to_owned);
                names.extend(list.iter().filter_map(name));
            }
            members.values().for_each(|value| subsections(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| subsections(value, names)),
        _ => {}
    }
}

/// Of several QEMU versions, with nested subsections, inside a package, in the first half of memory and behind it.
#[test]
fn without_a_subsection_the_description_is_still_true() {
    let mut dropped = 0;
    for file in [
        BASE,
        "streams/matrix/pc-q35-5.2.usb.from-5.2.qevm.zst",
        "streams/matrix/pc-i440fx-5.2.virtio.from-10.0.qevm.zst",
        "streams/matrix/pc-q35-5.2.bare.from-11.1.qevm.zst",
        "streams/features/postcopy-72.ch0.qevm.zst",
    ] {
        let mut names = Vec::new();
        let before = plain(file);
        subsections(
            &json(&["decode", "--format", "json"], &before, &[]),
            &mut names,
        );
        names.sort();
        names.dedup();
        assert!(names.len() > 3, "{file}: {names:?}");
        // All of one stream; of the others some, as each takes three runs.
        let step = if file == BASE { 1 } else { 3 };
        for name in names.into_iter().step_by(step) {
            let (after, said) = edited(file, &["--drop", &name]);
            assert!(
                after.len() < before.len() && said.contains("warning: "),
                "{file} {name}: {said}"
            );
            // Reading it without a finding is what a description that is not true would spoil.
            let mut left = Vec::new();
            subsections(
                &json(&["decode", "--format", "json"], &after, &[]),
                &mut left,
            );
            assert!(!left.contains(&name), "{file} {name}");
            dropped += 1;
        }
    }
    assert!(dropped > 12, "{dropped}");
}

#[test]
fn without_a_section_and_of_another_machine() {
    let changes = ["--drop", "vmmouse", "--set-machine", "pc-i440fx-11.1"];
    let file = "streams/matrix/pc-i440fx-5.2.bare.from-11.1.qevm.zst";
    let (after, said) = edited(file, &changes);
    let report = json(&["inspect", "--format", "json"], &after, &[]);
    assert_eq!(report["machine"], "pc-i440fx-11.1");
    assert!(
        said.contains("section vmmouse is left out") && said.matches("warning").count() == 2,
        "{said}"
    );
    // QEMU 10.0 and newer describe the length of the name.
    let text = String::from_utf8_lossy(&after).into_owned();
    let json = &text[text.rfind("{\"configuration\"").unwrap()..];
    assert!(
        json.contains(r#"{"name": "name", "type": "buffer", "size": 14}"#),
        "{}",
        &json[..300]
    );
    assert!(!json.contains("vmmouse"));
    let (back, _) = edited(file, &["--set-machine", "pc-i440fx-5.2"]);
    assert!(back == plain(file));
}

#[test]
fn what_is_wrong_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    let mapped = "streams/features/mapped-ram-100.qevm.zst";
    for (file, changes, wanted) in [
        (
            BASE,
            &["mc146818rtc.cmos_index=0x100"][..],
            "mc146818rtc.cmos_index: `0x100` is no uint8, which goes from 0 to 0xff",
        ),
        (
            BASE,
            &["cpu_common.halted=-1"],
            "`-1` is no uint32, which goes from 0 to 0xffffffff",
        ),
        (
            BASE,
            &["piix4_pm.smb.op_done=2"],
            "`2` is no bool, which is true or false",
        ),
        (
            BASE,
            &["dma.regs[0].now[0]=1"],
            "`dma.regs[0].now[0]` may be dma.regs[0].now[0] or dma#1.regs[0].now[0]",
        ),
        (
            BASE,
            &["dma#1.regs[0].now=1"],
            "is an array: name an element, as in field[0]",
        ),
        (
            BASE,
            &["dma#1.regs[0].now[9]=1"],
            "dma#1 has no field `regs[0].now[9]`; it has command, ",
        ),
        (BASE, &["piix4_pm.apm=1"], "is a struct: name a field of it"),
        (
            BASE,
            &["piix4_pm.parent_obj.config[0]=00ff"],
            "does not fill a buffer of 256 bytes: that takes 512 hexadecimal digits",
        ),
        (BASE, &["ram.x=1"], "ram is guest memory, not a device"),
        (
            BASE,
            &["nothing.at=1"],
            "is not DEVICE.FIELD of a device in this stream",
        ),
        (
            BASE,
            &["port92.outport"],
            "`port92.outport` is not DEVICE.FIELD=VALUE",
        ),
        (
            BASE,
            &["--drop", "ram"],
            "ram is no device: without it the stream is none",
        ),
        (BASE, &["--drop", "dma"], "`dma` may be dma or dma#1"),
        (
            BASE,
            &["--drop", "no/such"],
            "there is no section and no subsection `no/such`",
        ),
        (
            BASE,
            &["--drop", "port92", "port92.outport=1"],
            "two changes meet at offset 0x",
        ),
        (
            BASE,
            &["--set-machine", "a b"],
            "`a b` is no name of a machine",
        ),
        (
            "streams/features/machine-2.3-72.qevm.zst",
            &["--set-machine", "pc"],
            "the stream names no machine",
        ),
        (
            mapped,
            &["--set-machine", "pc"],
            "the memory of a mapped-ram file stands at fixed places",
        ),
    ] {
        let output = vmsd(&[&["edit", file, "-o", &out], changes].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{changes:?}: {said}");
        assert!(said.contains(wanted), "{changes:?}: {said}");
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            0,
            "{changes:?}"
        );
    }
    // Behind the memory of a mapped-ram file there is room for changes of length.
    let (after, _) = edited(mapped, &["--drop", "fw_cfg/dma"]);
    json(&["decode", "--format", "json"], &after, &[]);
}

#[test]
fn every_container_gives_a_plain_stream() {
    for (file, options) in [
        ("containers/gzip.qevm.gz", &[][..]),
        ("containers/xz.qevm.xz", &[]),
        ("containers/lzop-1.qevm.lzo", &[]),
        ("containers/libvirt-big-zstd.save", &[]),
        ("containers/libvirt-little-raw.save", &[]),
        ("containers/snapshots.qcow2", &[]),
        ("containers/offset-4096.bin", &[]),
    ] {
        let before = plain(file);
        let changes = [options, &["timer.cpu_clock_offset=0x77"]].concat();
        let (after, _) = edited(file, &changes);
        assert_eq!(before.len(), after.len(), "{file}");
        let changed = before.iter().zip(&after).filter(|(a, b)| a != b).count();
        assert!((1..=8).contains(&changed), "{file}: {changed} bytes");
    }
}
