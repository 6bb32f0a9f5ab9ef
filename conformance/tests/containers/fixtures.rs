//! The files of corpus/containers: what is inside each, and that the hand-made ones are what their writers write.
//!
//! `BLESS=1` writes the hand-made ones and the list of what is inside anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use conformance::files::container::{self, Compression, Layer, Options, Source};
use conformance::files::input::Input;
use conformance::reading::outline::Outline;
use conformance::reading::walk::Walk;
use conformance::rewrite::relocate::Relocate;

use crate::libvirt_writer::{compressed, Libvirt};
use crate::qcow2_writer::{Packing, Qcow2, State};
use crate::unwrap;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/containers")
}

/// A real stream without RAM: a stopped arduino-uno, as QEMU 11.1 saves it.
fn real_stream() -> Vec<u8> {
    let path = folder().join("../streams/machines/avr-11.1.arduino-uno.qevm.zst");
    zstd::decode_all(&*fs::read(path).unwrap()).unwrap()
}

/// A stream with one block of three pages in mapped-ram, the second of them zero, which starts at `start` of its file.
fn mapped_ram(start: u64) -> Vec<u8> {
    let mut out = b"QEVM\0\0\0\x03\x07\0\0\0\x04none".to_vec();
    out.extend(b"\x05\x1aconfiguration/capabilities\0\0\0\x01\0\0\0\x01\x0amapped-ram");
    out.extend(b"\x01\0\0\0\x01\x03ram\0\0\0\0\0\0\0\x04");
    out.extend((0x3000u64 | 4).to_be_bytes());
    out.extend(b"\x03ram");
    out.extend(0x3000u64.to_be_bytes());
    let bitmap_at = start + out.len() as u64 + 28;
    let pages_at = (bitmap_at + 8).next_multiple_of(4096);
    out.extend([0, 0, 0, 1]);
    for word in [4096, bitmap_at, pages_at] {
        out.extend(word.to_be_bytes());
    }
    out.extend(0b101u64.to_le_bytes());
    out.resize((pages_at - start) as usize, 0);
    for byte in [1, 0, 3] {
        out.extend([byte; 4096]);
    }
    let end = |kind: u8| {
        [
            &[kind][..],
            &1u32.to_be_bytes(),
            &0x10u64.to_be_bytes(),
            &[0x7e],
            &1u32.to_be_bytes(),
        ]
        .concat()
    };
    out.extend(&end(3)[5..]);
    out.extend(end(3));
    out.push(0);
    out
}

/// The hand-made files.
fn made() -> Vec<(&'static str, Vec<u8>)> {
    let stream = real_stream();
    let little = Libvirt::default();
    let big = Libvirt {
        little: false,
        ..Libvirt::default()
    };
    let with = |format, image: &Libvirt, bytes: &[u8]| {
        Libvirt {
            format,
            ..image.clone()
        }
        .write(bytes)
    };
    let head = little.head().len() as u64;
    let state = |id, name, date| State {
        id,
        name,
        date,
        disk_size: 4096,
        bytes: stream.clone(),
    };
    let image = Qcow2 {
        cluster_bits: 9,
        backing_file: Some("not-here.qcow2"),
        snapshots: vec![
            state("1", "before", 1_700_000_000),
            state("2", "after", 1_700_003_600),
        ],
        ..Qcow2::default()
    };
    let extended = Qcow2 {
        cluster_bits: 14,
        extended_l2: true,
        ..image.clone()
    };
    vec![
        ("libvirt-little-raw.save", with(0, &little, &stream)),
        ("libvirt-big-raw.save", with(0, &big, &stream)),
        (
            "libvirt-little-zstd.save",
            with(5, &little, &compressed(Compression::Zstd, &stream)),
        ),
        (
            "libvirt-big-zstd.save",
            with(5, &big, &compressed(Compression::Zstd, &stream)),
        ),
        (
            "libvirt-big-lzop.save",
            with(4, &big, &compressed(Compression::Lzop, &stream)),
        ),
        (
            "libvirt-little-sparse.save",
            with(6, &little, &mapped_ram(head)),
        ),
        ("libvirt-big-sparse.save", with(6, &big, &mapped_ram(head))),
        (
            "libvirt-partial.save",
            Libvirt {
                magic: b"LibvirtQemudPart",
                ..little.clone()
            }
            .write(&stream[..stream.len() / 2]),
        ),
        ("offset-4096.bin", [vec![0; 4096], stream.clone()].concat()),
        (
            "mapped-ram-offset-4096.bin",
            [vec![0; 4096], mapped_ram(4096)].concat(),
        ),
        ("snapshots.qcow2", image.write().bytes),
        (
            "snapshots-version-2.qcow2",
            Qcow2 {
                version: 2,
                ..image.clone()
            }
            .write()
            .bytes,
        ),
        (
            "snapshots-compressed.qcow2",
            Qcow2 {
                compression: Some(Packing::Deflate),
                ..image
            }
            .write()
            .bytes,
        ),
        (
            "snapshots-extended-l2.qcow2.zst",
            compressed(Compression::Zstd, &extended.write().bytes),
        ),
    ]
}

#[test]
fn hand_made_files_are_what_their_writers_write() {
    for (name, bytes) in made() {
        let path = folder().join(name);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &bytes).unwrap();
        }
        assert!(
            fs::read(&path).unwrap() == bytes,
            "{name} differs from what is written today; BLESS=1 writes it"
        );
    }
}

#[test]
fn what_is_inside_each_file() {
    let stream = real_stream();
    let mut list = String::new();
    let mut paths: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension != "txt"))
    {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(path).unwrap();
        let (layers, inside) = unwrap(&bytes, &Options::default()).unwrap();
        if !name.contains("partial") && !name.contains("sparse") && !name.contains("mapped-ram") {
            assert!(inside == stream, "{name} has another stream");
        }
        let opened = container::open(Source::bytes(bytes), &Options::default()).unwrap();
        list.push_str(&format!(
            "{name}: {} > {} bytes\n",
            layers.join(" > "),
            inside.len()
        ));
        for (layer, fact) in opened.layers.iter().flat_map(|layer: &Layer| {
            layer
                .facts()
                .into_iter()
                .map(move |fact| (layer.name(), fact))
        }) {
            list.push_str(&format!("    {layer}: {} {}\n", fact.0, fact.1));
        }
    }
    let golden = folder().join("inside.txt");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&golden, &list).unwrap();
    }
    assert_eq!(fs::read_to_string(&golden).unwrap(), list);
}

/// The pages of mapped-ram are found only where absolute offsets count from the right place.
#[test]
fn mapped_ram_behind_other_bytes_is_walked_to_its_end() {
    for name in [
        "libvirt-little-sparse.save",
        "libvirt-big-sparse.save",
        "mapped-ram-offset-4096.bin",
    ] {
        let path = folder().join(name);
        let packed = tempfile::NamedTempFile::new().unwrap();
        fs::write(
            packed.path(),
            zstd::encode_all(&*fs::read(&path).unwrap(), 1).unwrap(),
        )
        .unwrap();
        for path in [path.as_path(), packed.path()] {
            let mut walk = Walk::new(Input::open(path).unwrap(), None).unwrap();
            let outline = Outline::of(&mut walk, &mut |_| ()).unwrap();
            assert!(
                outline.findings.is_empty(),
                "{name}: {:?}",
                outline.findings
            );
            assert!(outline.complete);
        }
    }
}

/// Moved to the start of a file, the stream has its pages where its new header says.
#[test]
fn mapped_ram_moves_to_the_start_of_a_file() {
    for name in ["libvirt-little-sparse.save", "mapped-ram-offset-4096.bin"] {
        let mut walk = Walk::new(Input::open(&folder().join(name)).unwrap(), None).unwrap();
        let mut moved = Vec::new();
        let mut relocate = Relocate::new(&mut moved);
        walk.run(&mut |step| relocate.step(&step), &mut |_| ())
            .unwrap_or_else(|_| panic!("{name} is walked to its end"));
        let pages = [vec![1; 4096], vec![0; 4096], vec![3; 4096]].concat();
        assert_eq!(moved[1 << 20..][..pages.len()], pages);
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), &moved).unwrap();
        let mut walk = Walk::new(Input::open(file.path()).unwrap(), None).unwrap();
        let outline = Outline::of(&mut walk, &mut |_| ()).unwrap();
        assert!(outline.complete && outline.findings.is_empty());
    }
}

/// What the real program writes, where it is installed.
#[test]
fn lzop_itself() {
    let mut bytes = b"QEVM\0\0\0\x03\x07".to_vec();
    bytes.extend(crate::stream(400_000));
    bytes.extend(include_bytes!("fixtures.rs").repeat(30));
    for level in ["-1", "-3", "-9"] {
        for sums in [&["--crc32"][..], &["-F"], &["-C"], &[]] {
            let input = tempfile::NamedTempFile::new().unwrap();
            fs::write(input.path(), &bytes).unwrap();
            let lzop = Command::new("lzop")
                .arg(level)
                .args(sums)
                .arg("-c")
                .stdin(fs::File::open(input.path()).unwrap())
                .stderr(Stdio::null())
                .output();
            let packed = match lzop {
                Ok(done) => done.stdout,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    eprintln!("skipped: lzop is not installed");
                    return;
                }
                Err(error) => panic!("{error}"),
            };
            assert!(
                packed.len() < bytes.len(),
                "lzop {level} {sums:?} compresses"
            );
            assert_eq!(
                unwrap(&packed, &Options::default()),
                Ok((vec!["lzop"], bytes.clone())),
                "lzop {level} {sums:?}"
            );
        }
    }
}
