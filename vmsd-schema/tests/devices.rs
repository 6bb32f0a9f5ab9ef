//! Devices of real streams whose layout is written by hand (`codec::virtio`, `codec::ScsiRequests` …): what QEMU wrote is
//! read to its last byte, written again byte for byte, described as QEMU described it, and refused when a part is missing.
//!
//! All devices of QEMU are in the mirrors of the crate `vmsd-conformance`; here are those that this crate does not derive.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use vmsd_schema::codec::virtio::{
    Balloon, Blk, Bus, Console, Gpu, Input, Iommu, Net, NineP, Rng, Rtc, Scsi,
};
use vmsd_schema::codec::virtio_gpu::{Blobs, Resources};
use vmsd_schema::codec::{self, Virtio, VirtioDevice};
use vmsd_schema::decode::machine::{Machine, MachineSection, Options};
use vmsd_schema::decode::typed::{Mirror, Registry};
use vmsd_schema::decode::{decode, End};
use vmsd_schema::stream::Parser;
use vmsd_schema::wire::Reader;
use vmsd_schema::{ErrorKind, Loader, Value, VmState};

macro_rules! virtio {
    ($($device:ident: $part:ty, $name:literal, $version:literal;)*) => {
        $(#[derive(VmState)]
        #[vmstate(name = $name, version = $version)]
        struct $device {
            #[vmstate(with = Virtio)]
            virtio: VirtioDevice<$part>,
        }

        impl Default for $device {
            fn default() -> Self {
                Self::behind(Bus::default())
            }
        }

        impl $device {
            fn behind(bus: Bus) -> Self {
                Self { virtio: VirtioDevice::behind(bus, Default::default()) }
            }
        })*

        fn plain() -> Vec<Mirror> {
            vec![$(
                Mirror::of::<$device>(),
                Mirror::of::<$device>().preset("mmio", || Box::new($device::behind(Bus::mmio()))),
                Mirror::of::<$device>().preset("ccw", || Box::new($device::behind(Bus::ccw()))),
            )*]
        }
    };
}

virtio! {
    VirtioBalloon: Balloon, "virtio-balloon", 1;
    VirtioBlk: Blk, "virtio-blk", 2;
    VirtioConsole: Console, "virtio-console", 3;
    VirtioInput: Input, "virtio-input", 1;
    VirtioIommu: Iommu, "virtio-iommu", 2;
    VirtioNet: Net, "virtio-net", 11;
    VirtioNineP: NineP, "virtio-9p", 1;
    VirtioRng: Rng, "virtio-rng", 1;
    VirtioRtc: Rtc, "virtio-rtc", 1;
    VirtioScsi: Scsi, "virtio-scsi", 1;
}

#[derive(VmState)]
#[vmstate(name = "virtio-gpu", version = 1)]
struct VirtioGpu {
    #[vmstate(with = Virtio)]
    virtio: VirtioDevice<Gpu>,
    #[vmstate(name = "virtio-gpu", with = codec::VirtioGpu)]
    gpu: Resources,
    #[vmstate(subsection)]
    blob: Option<GpuBlob>,
}

#[derive(Default, VmState)]
#[vmstate(name = "virtio-gpu/blob", version = 1)]
struct GpuBlob {
    #[vmstate(name = "virtio-gpu/blob", with = codec::VirtioGpu)]
    resources: Blobs,
}

impl VirtioGpu {
    fn behind(bus: Bus) -> Self {
        Self {
            virtio: VirtioDevice::behind(bus, Gpu::default()),
            gpu: Resources::default(),
            blob: None,
        }
    }
}

impl Default for VirtioGpu {
    fn default() -> Self {
        Self::behind(Bus::default())
    }
}

fn registry() -> Registry {
    let mut mirrors = plain();
    mirrors.extend([
        Mirror::of::<VirtioGpu>(),
        Mirror::of::<VirtioGpu>().preset("mmio", || Box::new(VirtioGpu::behind(Bus::mmio()))),
    ]);
    Registry::new(mirrors)
}

/// Streams of the corpus with virtio devices behind PCI, as memory-mapped ones, and as channel devices: one of each kind.
fn streams() -> Vec<PathBuf> {
    const NAMES: [&str; 8] = [
        "busy/virtio-booted-5.2",
        "busy/virtio-gpu-5.2",
        "busy/virtio-legacy-7.2",
        "busy/virtio-.*-11.1",
        "devices/aarch64-11.1.virtio-.*-device",
        "devices/.*virtconsole",
        "devices/x86_64-11.1.virtio-balloon-pci-transitional",
        "machines/s390x-11.1.s390-ccw-virtio-11.1",
    ];
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/streams");
    let mut found = Vec::new();
    for name in NAMES {
        let (folder, name) = name.split_once('/').unwrap();
        let (start, end) = name.split_once(".*").unwrap_or((name, ""));
        let before = found.len();
        found.extend(
            root.join(folder)
                .read_dir()
                .unwrap()
                .map(|file| file.unwrap().path())
                .filter(|path| {
                    let name = path.file_name().unwrap().to_str().unwrap();
                    name.starts_with(start) && name.ends_with(&format!("{end}.qevm.zst"))
                }),
        );
        assert!(found.len() > before, "no stream {name}");
    }
    found
}

/// Every section that `registry` knows, of every stream.
fn each_section(mut check: impl FnMut(&str, &Machine<'_>, &MachineSection<'_>, &[u8])) {
    let registry = registry();
    for path in streams() {
        let data = zstd::decode_all(File::open(&path).unwrap()).unwrap();
        let machine = Machine::read(&data, Parser::new(), &(), Options::default());
        assert!(machine.stopped.is_none(), "{}", path.display());
        for section in &machine.sections {
            if let (Some(body), Some(_)) = (section.body, registry.candidates(&section.name).next())
            {
                check(
                    path.file_name().unwrap().to_str().unwrap(),
                    &machine,
                    section,
                    body,
                );
            }
        }
    }
}

/// What the typed value names is what the description names; of some it shows bytes alone.
fn same(typed: &Value, described: &Value, at: &str) {
    match (typed, described) {
        (Value::Struct(typed), Value::Struct(described)) => {
            assert_eq!(typed.len(), described.len(), "{at}");
            for ((name, typed), (other, described)) in typed.iter().zip(described) {
                assert_eq!(name, other, "{at}");
                same(typed, described, &format!("{at} {name}"));
            }
        }
        (Value::List(typed), Value::List(described)) => {
            assert_eq!(typed.len(), described.len(), "{at}");
            for (typed, described) in typed.iter().zip(described) {
                same(typed, described, at);
            }
        }
        (_, Value::Bytes(_)) => {}
        _ => assert_eq!(typed, described, "{at}"),
    }
}

#[test]
fn what_qemu_wrote_is_read_written_and_described_alike() {
    let registry = registry();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    each_section(|file, machine, section, body| {
        let (name, version) = (&section.name, section.header.version);
        let layout = machine.layout(section).unwrap();
        let mut reader = Reader::with_base(body, section.body_at);
        let mut state = registry
            .inspect(name, &mut reader, version, Some(layout), Reader::is_empty)
            .unwrap_or_else(|error| panic!("{file}: {error}"))
            .state;
        assert!(state.save(version).unwrap() == body, "{file} {name}");
        let dialect = machine.description.as_ref().unwrap().dialect;
        let described = state.describe(dialect, version).unwrap();
        assert!(described.bytes == body, "{file} {name}");
        assert_eq!(described.description, *layout, "{file} {name}");
        let alone = state.layout(dialect, version).unwrap();
        assert!(alone.bytes == body, "{file} {name}");
        assert_eq!(alone.description, *layout, "{file} {name}");
        // The explanation of what QEMU leaves out is a description of the same bytes.
        let explained = state.explain(dialect, version).unwrap();
        assert!(explained.bytes == body, "{file} {name}");
        let mut reader = Reader::new(body);
        let tree = decode(&explained.description, &mut reader, End::Known)
            .unwrap_or_else(|error| panic!("{file} {name}: {error}"));
        assert!(reader.is_empty(), "{file} {name}");
        same(
            &described.value,
            &tree.to_value(),
            &format!("{file} {name}"),
        );
        *seen.entry(state.name().to_owned()).or_default() += 1;
    });
    for mirror in registry.mirrors() {
        assert!(
            mirror.name == "virtio-9p" || seen.contains_key(mirror.name),
            "{seen:?}"
        );
    }
}

/// A destination reads less than all of a body as an error at a place in it, and never as a device.
#[test]
fn a_part_of_a_device_is_refused() {
    let registry = registry();
    let mut tried = 0;
    each_section(|file, machine, section, body| {
        let (name, version) = (&section.name, section.header.version);
        let layout = machine.layout(section);
        let fits = |mirror: &&Mirror| {
            let mut reader = Reader::new(body);
            let read = mirror.inspect(&mut reader, version, layout);
            read.is_ok() && reader.is_empty()
        };
        let mirror = registry.candidates(name).find(fits).unwrap();
        for len in (0..body.len()).step_by(1 + body.len() / 20) {
            let mut state = mirror.make();
            let mut loader = Loader::new(Reader::new(&body[..len]));
            let Err(error) = state.load(&mut loader, version) else {
                // Where what is missing are subsections, what is there is a device.
                assert!(loader.finish().is_ok(), "{file} {name} {len}");
                continue;
            };
            assert!(
                error.offset().is_some_and(|at| at <= len as u64),
                "{file} {name} {error}"
            );
            tried += usize::from(error.kind() == ErrorKind::Truncated);
        }
    });
    assert!(tried > 100, "{tried}");
}
