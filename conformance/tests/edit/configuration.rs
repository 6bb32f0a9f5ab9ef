//! The subsections of the configuration: what the destination compares can be changed or left out, what the stream is written
//! by cannot.

use super::{edited, json, plain, vmsd};

const UUID: &str = "streams/features/validate-uuid-111.qevm.zst";
const PAGE_BITS: &str = "streams/features/aarch64-virt-72.qevm.zst";
const MAPPED: &str = "streams/features/mapped-ram-100.qevm.zst";
const BASE: &str = super::BASE;

#[test]
fn another_uuid_changes_its_own_bytes() {
    let before = plain(UUID);
    let wanted = "00112233-4455-6677-8899-aabbccddeeff";
    let (after, said) = edited(UUID, &[&format!("configuration.uuid={wanted}")]);
    assert_eq!(before.len(), after.len());
    let report = json(&["inspect", "--format", "json"], &after, &[]);
    assert_eq!(report["configuration"]["uuid"], wanted);
    assert!(said.contains("does nothing else with it"), "{said}");
    let old = json(&["inspect", "--format", "json"], &before, &[]);
    let old = format!(
        "configuration.uuid={}",
        old["configuration"]["uuid"].as_str().unwrap()
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("edited").display().to_string();
    std::fs::write(&file, &after).unwrap();
    let (back, _) = edited(&file, &[&old]);
    assert!(back == before);
}

#[test]
fn without_a_subsection_the_description_is_still_true() {
    for (file, name, fact, warning) in [
        (
            UUID,
            "configuration/uuid",
            "uuid",
            "does not compare the guest's UUID",
        ),
        (
            PAGE_BITS,
            "configuration/target-page-bits",
            "page_bits",
            "those of this stream have 4096 bytes",
        ),
    ] {
        let before = plain(file);
        let (after, said) = edited(file, &["--drop", name]);
        assert!(after.len() < before.len());
        assert!(said.contains(warning), "{said}");
        let has = |stream: &[u8]| {
            !json(&["inspect", "--format", "json"], stream, &[])["configuration"][fact].is_null()
        };
        assert!(has(&before) && !has(&after), "{file}: {fact}");
        // QEMU 10.0 and newer describe the configuration too.
        let tail = String::from_utf8_lossy(&after[after.len() / 2..]).into_owned();
        assert!(!tail.contains(name), "{file}");
    }
}

#[test]
fn what_the_stream_is_written_by_stays() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out").display().to_string();
    for (file, change, wanted) in [
        (
            MAPPED,
            &["--drop", "configuration/capabilities"][..],
            "configuration/capabilities: the memory in this stream is written as mapped-ram has it",
        ),
        (
            "streams/features/ignore-shared-72.qevm.zst",
            &["--drop", "configuration/capabilities"],
            "the memory in this stream is written as x-ignore-shared has it",
        ),
        (
            PAGE_BITS,
            &["configuration.target-page-bits=13"],
            "configuration.target-page-bits: memory in this stream is written in pages of that size",
        ),
        (
            UUID,
            &["configuration.uuid=123"],
            "configuration.uuid: `123` is no UUID, which has 32 hexadecimal digits",
        ),
        (
            UUID,
            &["--drop", "configuration/capabilities"],
            "the configuration of this stream has no configuration/capabilities; it has configuration/uuid",
        ),
        (
            BASE,
            &["configuration.uuid=00112233445566778899aabbccddeeff"],
            "the configuration of this stream has no subsection, and so no configuration/uuid",
        ),
        (
            BASE,
            &["configuration.machine=pc"],
            "configuration.machine: --set-machine sets it",
        ),
        (
            "streams/features/machine-2.3-72.qevm.zst",
            &["--drop", "configuration/uuid"],
            "the stream has no configuration section",
        ),
    ] {
        let output = vmsd(&[&["edit", file, "-o", &out], change].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{change:?}: {said}");
        assert!(said.contains(wanted), "{change:?}: {said}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
