//! Streams of devices at work (`corpus/streams/busy`): trees and lists that are not empty, requests in flight.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::path::{Path, PathBuf};

use conformance::conform::Stream;
use conformance::generate::project::Project;
use conformance::generate::write::Dependency;
use conformance::source::Source;
use conformance::{mirrors, Suite};
use vmsd_schema::decode::machine::{Machine, Options};
use vmsd_schema::stream::Parser;
use vmsd_schema::{Dialect, Value};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus")
}

fn busy(name: &str) -> Stream {
    let path = corpus().join(format!("streams/busy/{name}.qevm.zst"));
    Stream::new(name, &std::fs::read(path).unwrap())
}

#[test]
fn every_mirror_agrees_with_devices_at_work() {
    let mut suite = Suite::mirrors().only_known();
    for entry in std::fs::read_dir(corpus().join("streams/busy")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "zst") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            suite = suite.stream(&name, &std::fs::read(&path).unwrap());
        }
    }
    let report = suite.run();
    report.assert_green();
    assert!(report.streams() >= 81, "{} streams", report.streams());
}

/// What the mirror of `device` reads of the only such section.
fn value(stream: &Stream, device: &str) -> Value {
    let registry = mirrors::registry();
    let machine = Machine::read(stream.bytes(), Parser::new(), &registry, Options::default());
    let mut sections = machine.sections.iter();
    let section = sections
        .find(|section| section.name.ends_with(device))
        .unwrap();
    let mut reader = vmsd_schema::wire::Reader::new(section.body.unwrap());
    let (version, hint) = (section.header.version, machine.layout(section));
    let inspected = registry.inspect(&section.name, &mut reader, version, hint, |rest| {
        rest.is_empty()
    });
    let mut state = inspected.unwrap().state;
    state.describe(Dialect::Qemu11_1, version).unwrap().value
}

#[test]
fn an_iommu_has_trees_in_trees_and_a_list() {
    for version in ["7.2", "10.0", "11.1"] {
        let iommu = value(&busy(&format!("virtio-iommu-{version}")), "virtio-iommu");
        let device = iommu
            .get("virtio")
            .unwrap()
            .get("virtio-iommu-device")
            .unwrap();
        let text = format!("{:?}", device.get("domains").unwrap());
        for number in [0x1_0000_0fff_u64, 0x50_0000, 5 << 3, 6 << 3, 7 << 3] {
            assert!(text.contains(&number.to_string()), "{number}: {text}");
        }
    }
}

#[test]
fn code_from_devices_at_work_has_their_types() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("at_work");
    let mut project = Project::default();
    let wanted =
        |name: &str| ["virtio-iommu", "virtio-gpu", "scsi-disk", "xlnx-cframe-reg"].contains(&name);
    let streams = [
        "virtio-iommu-11.1",
        "virtio-gpu-11.1",
        "virtio-scsi-stopped-11.1",
        "cframes-11.1",
    ];
    for name in streams {
        project.add(name, busy(name).bytes(), &wanted).unwrap();
    }
    let written = project.write(&folder, &Dependency::checkout()).unwrap();
    assert_eq!(
        (written.devices, written.opaque),
        (4, 0),
        "no type is without a codec"
    );
    let read = |file: &str| std::fs::read_to_string(folder.join("src").join(file)).unwrap();
    for (file, line) in [
        (
            "virtio_iommu.rs",
            "pub virtio: codec::VirtioDevice<codec::virtio::Iommu>",
        ),
        (
            "virtio_gpu.rs",
            "pub virtio_gpu: codec::virtio_gpu::Resources",
        ),
        (
            "scsi_disk.rs",
            "pub requests: codec::scsi_requests::Requests",
        ),
        ("xlnx_cframe_reg.rs", "pub cframes: BTreeMap<u64, Cframe>"),
    ] {
        assert!(read(file).contains(line), "{}", read(file));
    }
}

#[test]
fn a_dump_tells_generated_code_what_a_stream_cannot() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("with_a_dump");
    let stream = corpus().join("streams/matrix/pc-q35-7.2.bare.from-7.2.qevm.zst");
    let dump = corpus().join("dumps/x86_64-7.2.pc-q35-7.2.json.zst");
    let mut project = Project::default();
    let wanted = |name: &str| name == "mc146818rtc";
    project
        .add("guest", &std::fs::read(stream).unwrap(), &wanted)
        .unwrap();
    let dump = Source::File(dump)
        .load()
        .unwrap_or_else(|_| panic!("a dump"));
    project.add_schemas(dump.set);
    project.write(&folder, &Dependency::checkout()).unwrap();
    let text = std::fs::read_to_string(folder.join("src/mc146818rtc.rs")).unwrap();
    assert!(text.contains("version = 3, minimum_version = 1"), "{text}");
    assert!(text.contains("since = 3"), "{text}");
    assert!(
        text.contains("* `mc146818rtc/irq_reinject_on_ack`"),
        "{text}"
    );
}
