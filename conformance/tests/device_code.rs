//! One value of a real stream changed, against the stream that it was: what a device's own code refuses, and what it goes by. Each
//! case is what a real QEMU does with it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use conformance::migration::judge::{check, Judge};
use conformance::migration::side::Side;
use conformance::mirrors;
use vmsd_schema::compat::Verdict;
use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::decode::{Content, Node, Struct};
use vmsd_schema::stream::Parser;

fn stream(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams/matrix");
    zstd::decode_all(std::fs::File::open(folder.join(name)).unwrap()).unwrap()
}

/// The field at `path`: names of fields and subsections, and numbers of elements.
fn field<'s>(tree: &'s Struct<'s>, path: &[&str]) -> &'s Node<'s> {
    let (first, rest) = path.split_first().unwrap();
    if let Some(subsection) = tree.subsection(first) {
        return field(subsection, rest);
    }
    let mut node = tree.fields.iter().find(|node| node.name == *first).unwrap();
    for (place, name) in rest.iter().enumerate() {
        match &node.content {
            Content::Elements(elements) => node = &elements[name.parse::<usize>().unwrap()],
            Content::Struct(inner) => return field(inner, &rest[place..]),
            _ => panic!("{name} of {} is nothing", node.name),
        }
    }
    node
}

/// What the target says of its own stream in which the front of a field is `bytes`.
fn verdict(stream: &[u8], section: &str, path: &[&str], bytes: &[u8]) -> Verdict {
    let registry = mirrors::registry();
    let machine = Machine::read(stream, Parser::new(), &registry, Options::default());
    let mut sections = machine.sections.iter();
    let found = sections.find(|found| found.name == section).unwrap();
    let tree = machine.decode(found).unwrap().unwrap();
    let at = usize::try_from(field(&tree, path).offset).unwrap();
    let mut changed = stream.to_vec();
    changed[at..at + bytes.len()].copy_from_slice(bytes);
    against(&changed, stream)
}

/// The same, with another version of a section.
fn of_version(stream: &[u8], section: &str, version: u32) -> Verdict {
    let registry = mirrors::registry();
    let machine = Machine::read(stream, Parser::new(), &registry, Options::default());
    let mut sections = machine.sections.iter();
    let found = sections.find(|found| found.name == section).unwrap();
    let at = usize::try_from(found.body_at).unwrap();
    let mut changed = stream.to_vec();
    changed[at - 4..at].copy_from_slice(&version.to_be_bytes());
    against(&changed, stream)
}

fn against(source: &[u8], target: &[u8]) -> Verdict {
    let judge = Judge::with_mirrors();
    let [source, target] = [source, target].map(|stream| Side {
        stream: Some(stream.to_vec()),
        ..Side::default()
    });
    Verdict::of(&check(&judge.read(&source), &judge.read(&target)))
}

#[test]
fn a_count_on_the_wire_is_the_count() {
    let old = stream("pc-q35-5.2.default.from-7.2.qevm.zst");
    let timers = |count| verdict(&old, "hpet", &["num_timers"], &[count]);
    assert_eq!(timers(3), Verdict::Loads);
    assert_eq!([2, 4, 255].map(timers), [Verdict::Breaks; 3]);
    let new = stream("pc-q35-5.2.default.from-11.1.qevm.zst");
    let timers = |count| verdict(&new, "hpet", &["num_timers_save"], &[count]);
    assert_eq!([2, 4].map(timers), [Verdict::Breaks; 2]);
}

#[test]
fn an_older_version_has_fewer_fields() {
    let stream = stream("pc-q35-5.2.default.from-7.2.qevm.zst");
    // The interrupt that the timer cannot raise is a field of version 3.
    assert_eq!(of_version(&stream, "i8254", 3), Verdict::Loads);
    assert_eq!(of_version(&stream, "i8254", 2), Verdict::Breaks);
    // All that is in this section is a struct, and that is read as its own version has it (QEMU 7.2 loads it too).
    assert_eq!(of_version(&stream, "serial", 2), Verdict::Loads);
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    for name in [
        "pc-q35-5.2.default.from-7.2.qevm.zst",
        "pc-q35-5.2.default.from-11.1.qevm.zst",
    ] {
        let stream = stream(name);
        let of =
            |section: &str, path: &[&str], bytes: &[u8]| verdict(&stream, section, path, bytes);
        let x87 = ["env.fpregs_format_vmstate"];
        assert_eq!(of("cpu", &x87, &[0, 0]), Verdict::Loads);
        assert_eq!(of("cpu", &x87, &[0, 1]), Verdict::Breaks);
        let port = "0000:00:1f.2/ich9_ahci";
        let field = |name| ["ahci", "dev", "2", name];
        let command = field("port_regs.cmd");
        assert_eq!(of(port, &command, &[0, 0, 0x40, 0]), Verdict::Breaks);
        assert_eq!(of(port, &command, &[0, 0, 0x80, 0]), Verdict::Breaks);
        let slot = field("busy_slot");
        assert_eq!(of(port, &slot, &[0, 0, 0, 31]), Verdict::Loads);
        assert_eq!(of(port, &slot, &[0, 0, 0, 32]), Verdict::Breaks);
        let halted = ["ahci", "dev", "2", "ncq_tfs", "7", "halt"];
        assert_eq!(of(port, &halted, &[1]), Verdict::Breaks);
    }
}

#[test]
fn firmware_tables_grow_to_their_limit() {
    let stream = stream("pc-q35-5.2.default.from-7.2.qevm.zst");
    let of = |size: u64| {
        let tables = ["fw_cfg/acpi_mr", "table_mr_size"];
        verdict(&stream, "fw_cfg", &tables, &size.to_be_bytes())
    };
    assert_eq!([0, 1, 0x20_0000].map(of), [Verdict::Loads; 3]);
    // Rounded to pages, the last three are nothing again: QEMU's assertion is another one.
    let long = [
        0x20_0001,
        1 << 63,
        u64::MAX - 4095,
        u64::MAX - 4094,
        u64::MAX,
    ];
    assert_eq!(long.map(of), [Verdict::Breaks; 5]);
}

#[test]
fn a_run_state_has_a_name_that_the_target_knows() {
    for (name, old) in [
        ("pc-q35-5.2.default.from-5.2.qevm.zst", Verdict::Loads),
        ("pc-q35-5.2.default.from-7.2.qevm.zst", Verdict::Breaks),
        ("pc-q35-5.2.default.from-11.1.qevm.zst", Verdict::Breaks),
    ] {
        let stream = stream(name);
        let of = |state: &[u8]| verdict(&stream, "globalstate", &["runstate"], state);
        assert_eq!(of(b"running\0\0"), Verdict::Loads, "{name}");
        assert_eq!(of(b"preconfig"), old, "{name}");
        for wrong in [&b"prelaunC"[..], b"Prelaunch", b"prelaunch ", b"\0"] {
            assert_eq!(of(wrong), Verdict::Breaks, "{name}");
        }
    }
}
