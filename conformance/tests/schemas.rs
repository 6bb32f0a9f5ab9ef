//! Schemas of the corpus: dumps come back byte for byte, our JSON holds every fact, and sources of one machine agree.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use conformance::migration::source::{self, Kind, Loaded, Source};
use vmsd_schema::schema::{Count, Dialect, Extent, Presence, Schema, SchemaSet, Shape};

fn corpus(folder: &str) -> Vec<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        !path.to_string_lossy().contains(".analyze.")
            && path.extension().is_some_and(|end| end == "zst")
    });
    files.sort();
    assert!(files.len() > 5, "{folder}");
    files
}

fn load(path: PathBuf) -> Loaded {
    Source::File(path.clone())
        .load()
        .unwrap_or_else(|error| panic!("{}: {}", path.display(), String::from(error)))
}

fn find(folder: &str, part: &str) -> Loaded {
    let file = corpus(folder)
        .into_iter()
        .find(|path| path.to_string_lossy().contains(part));
    load(file.unwrap_or_else(|| panic!("{folder} has no {part}")))
}

#[test]
fn dumps_come_back_byte_for_byte() {
    for path in corpus("dumps") {
        let text = zstd::decode_all(std::fs::File::open(&path).unwrap()).unwrap();
        let set = SchemaSet::from_dump(&text).unwrap();
        assert!(set.devices.len() > 80 && set.coverage.types);
        assert!(set.to_dump().as_bytes() == text, "{}", path.display());
        let json = set.to_json();
        let again = SchemaSet::from_json(json.as_bytes()).unwrap();
        assert!(again == set, "{}", path.display());
        assert!(again.to_dump().as_bytes() == text, "{}", path.display());
    }
}

#[test]
fn schemas_of_streams_and_mirrors_come_back() {
    let streams = corpus("streams/matrix").into_iter().step_by(7).map(load);
    let builtin = Source::Builtin(None)
        .load()
        .unwrap_or_else(|_| panic!("built in"));
    for source in streams.chain([builtin]) {
        assert!(
            source.warnings.is_empty(),
            "{}: {:?}",
            source.name,
            source.warnings
        );
        let json = source.set.to_json();
        let again = SchemaSet::from_json(json.as_bytes()).unwrap();
        assert!(again == source.set, "{}", source.name);
        let (same, clashes) = source.set.merged(&source.set);
        assert!(
            same == source.set && clashes.is_empty(),
            "{}: {clashes:?}",
            source.name
        );
    }
}

#[test]
fn a_stream_and_a_dump_together_know_what_neither_does() {
    let stream = find("streams/matrix", "11.1");
    let dump = find("dumps", "x86_64-11.1.pc-q35-7.2");
    assert_eq!((stream.kind, dump.kind), (Kind::Stream, Kind::Schema));
    let both = SchemaSet::merged(
        &stream.set,
        &SchemaSet {
            machine: None,
            ..dump.set.clone()
        },
    );
    let find = |set: &SchemaSet| {
        set.devices
            .iter()
            .find(|device| device.schema.name == "mc146818rtc")
            .unwrap()
            .clone()
    };
    let rtc = find(&both.0);
    assert_eq!(rtc.schema.extent, Extent::Whole);
    assert!(rtc.schema.subsections.len() > find(&stream.set).schema.subsections.len());
    let field = rtc
        .schema
        .fields
        .iter()
        .find(|field| field.name == "cmos_data")
        .unwrap();
    assert_eq!(field.presence, Presence::Since(0), "the dump's");
    assert!(matches!(field.shape, Shape::Leaf { .. }), "the stream's");
    assert!(both.1.is_empty(), "{:#?}", both.1);
}

#[test]
fn mirrors_agree_with_the_dumps_of_their_versions() {
    let builtin = Source::Builtin(None)
        .load()
        .unwrap_or_else(|_| panic!("built in"));
    let dump = find("dumps", "x86_64-11.1.pc-q35-7.2");
    let (merged, _) = source::merge(&[builtin.clone(), dump]);
    let pic = merged
        .devices
        .iter()
        .find(|device| device.schema.name == "i8259")
        .unwrap();
    assert!(pic.schema.fields.iter().all(|field| field.host.is_some()));
    assert!(builtin.set.devices.iter().any(|device| {
        device
            .schema
            .fields
            .iter()
            .any(|field| matches!(field.count, Count::Field { .. }))
    }));
}

/// What a version's own tables have otherwise than its mirrors: table, version, what only the dump has, what only the mirror
/// has. The mirror of `serial` is that of two device types; two subsections are of hosts that no capture came from.
const OTHERWISE: [&str; 9] = [
    "arm_gicv3 in 11.1: arm_gicv3/hvf_gic_state | ",
    "serial in 10.0:  | serial",
    "serial in 11.1:  | serial",
    "serial in 11.1:  | state",
    "serial in 5.2:  | serial",
    "serial in 5.2:  | state",
    "serial in 7.2:  | serial",
    "serial in 7.2:  | state",
    "vhost-user-blk in 11.1: vhost-user-blk/inflight | ",
];

#[test]
fn the_mirrors_of_a_version_are_its_tables() {
    let mut compared = 0;
    let mut differ = BTreeSet::new();
    for (version, parts) in [
        ("5.2", ["x86_64-5.2.pc-q35-5.2", "x86_64-5.2.pc-i440fx-5.2"]),
        ("7.2", ["x86_64-7.2.pc-q35-7.2", "aarch64-7.2.virt"]),
        (
            "10.0",
            ["x86_64-10.0.pc-q35-10.0", "x86_64-10.0.pc-i440fx-7.2"],
        ),
        ("11.1", ["x86_64-11.1.pc-q35-7.2", "aarch64-11.1.virt"]),
    ] {
        let builtin = Source::Builtin(Dialect::of_qemu(version)).load();
        let builtin = builtin.unwrap_or_else(|_| panic!("built in")).set;
        for part in parts {
            for device in find("dumps", part).set.devices {
                let mut own = builtin.devices.iter();
                let Some(own) = own.find(|own| is_of(&own.schema, &device.schema)) else {
                    continue;
                };
                compare(version, &own.schema, &device.schema, &mut differ);
                compared += 1;
            }
        }
    }
    assert!(compared > 900, "{compared} tables");
    let known = OTHERWISE.iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(differ, known);
}

/// Names are not unique: a VGA on ISA has another table than one on PCI.
fn is_of(own: &Schema, dump: &Schema) -> bool {
    let mut fields = own.fields.iter();
    own.name == dump.name
        && fields.any(|one| dump.fields.iter().any(|other| other.name == one.name))
}

/// Versions, names of fields and of subsections, in this table and in its subsections.
fn compare(qemu: &str, own: &Schema, dump: &Schema, differ: &mut BTreeSet<String>) {
    let facts = |schema: &Schema| -> BTreeSet<String> {
        let version = schema.version.map(|n| format!("version {n}"));
        let minimum = schema.minimum_version.map(|n| format!("minimum {n}"));
        let fields = schema.fields.iter().map(|field| field.name.clone());
        let subsections = schema.subsections.iter().map(|one| one.name.clone());
        let versions = version.into_iter().chain(minimum);
        versions.chain(fields).chain(subsections).collect()
    };
    let (ours, theirs) = (facts(own), facts(dump));
    if ours != theirs {
        let only =
            |a: &BTreeSet<String>, b| a.difference(b).cloned().collect::<Vec<_>>().join(", ");
        let (there, here) = (only(&theirs, &ours), only(&ours, &theirs));
        differ.insert(format!("{} in {qemu}: {there} | {here}", own.name));
    }
    for inner in &own.subsections {
        let mut others = dump.subsections.iter();
        if let Some(other) = others.find(|other| other.name == inner.name) {
            compare(qemu, inner, other, differ);
        }
    }
}

#[test]
fn sources_that_contradict_each_other_say_where() {
    let (old, new) = (
        find("dumps", "x86_64-5.2.pc-q35-5.2"),
        find("dumps", "x86_64-7.2.pc-q35-5.2"),
    );
    let (merged, clashes) = source::merge(&[old.clone(), new]);
    let iommu = clashes
        .iter()
        .find(|clash| clash.path == "virtio-iommu-device")
        .unwrap();
    assert_eq!(iommu.message, "version is 1 in one source and 2 in another");
    let version = |set: &SchemaSet| {
        set.type_named("virtio-iommu-device")
            .unwrap()
            .schema
            .version
    };
    assert_eq!(version(&merged), version(&old.set), "the first is believed");
}
