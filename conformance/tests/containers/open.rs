//! Every container, alone and inside another, gives the stream that was put in.

use conformance::files::container::{self, Compression, Content, Options, Source, Unwrapped};

use crate::libvirt_writer::{compressed, Libvirt, XML};
use crate::qcow2_writer::{Packing, Qcow2, State};
use crate::{stream, unwrap};

fn plainly(bytes: &[u8]) -> Result<(Vec<&'static str>, Vec<u8>), String> {
    unwrap(bytes, &Options::default())
}

#[test]
fn compressed_files_alone_and_behind_each_other() {
    let stream = stream(5000);
    assert_eq!(plainly(&stream), Ok((vec![], stream.clone())));
    for compression in Compression::ALL {
        let once = compressed(compression, &stream);
        assert_eq!(
            plainly(&once),
            Ok((vec![compression.name()], stream.clone()))
        );
        let parts = [
            compressed(compression, &stream[..1000]),
            compressed(compression, &stream[1000..]),
        ]
        .concat();
        assert_eq!(
            plainly(&parts),
            Ok((vec![compression.name()], stream.clone())),
            "{compression:?}"
        );
        let other = compressed(Compression::Gzip, &once);
        assert_eq!(
            plainly(&other),
            Ok((vec!["gzip", compression.name()], stream.clone()))
        );
    }
    let padded = [compressed(Compression::Gzip, &stream), vec![0; 700]].concat();
    assert_eq!(plainly(&padded), Ok((vec!["gzip"], stream)));
}

#[test]
fn libvirt_images_of_every_format_and_both_byte_orders() {
    let stream = stream(5000);
    let formats = [
        None,
        Some(Compression::Gzip),
        Some(Compression::Bzip2),
        Some(Compression::Xz),
        Some(Compression::Lzop),
        Some(Compression::Zstd),
        None,
    ];
    for little in [true, false] {
        for (number, compression) in formats.iter().enumerate() {
            for cookie in [None, Libvirt::default().cookie] {
                let image = Libvirt {
                    little,
                    format: number as u32,
                    cookie,
                    ..Libvirt::default()
                };
                let inside = compression.map_or(stream.clone(), |compression| {
                    compressed(compression, &stream)
                });
                let bytes = image.write(&inside);
                let mut names = vec!["libvirt save image"];
                names.extend(compression.map(Compression::name));
                assert_eq!(plainly(&bytes), Ok((names.clone(), stream.clone())));
                names.insert(0, "xz");
                assert_eq!(
                    plainly(&compressed(Compression::Xz, &bytes)),
                    Ok((names, stream.clone()))
                );
                let opened = container::open(Source::bytes(bytes), &Options::default()).unwrap();
                let Unwrapped::Libvirt(found) = &opened.layers[0].what else {
                    panic!("libvirt comes first")
                };
                assert_eq!(
                    (found.little_endian, found.was_running, found.partial),
                    (little, true, false)
                );
                assert_eq!(found.xml, XML.as_bytes());
                assert_eq!(found.cookie.as_deref(), cookie.map(str::as_bytes));
            }
        }
    }
}

#[test]
fn partial_and_old_libvirt_images_are_named() {
    let stream = stream(900);
    let partial = Libvirt {
        magic: b"LibvirtQemudPart",
        ..Libvirt::default()
    };
    assert_eq!(
        plainly(&partial.write(&stream)),
        Ok((vec!["libvirt save image, partial"], stream.clone()))
    );
    // The field that is the format today was not obeyed in version 1.
    let old = Libvirt {
        version: 1,
        format: 1,
        cookie: None,
        ..Libvirt::default()
    };
    assert_eq!(
        plainly(&old.write(&stream)),
        Ok((vec!["libvirt save image"], stream))
    );
}

#[test]
fn the_stream_of_a_sparse_image_knows_its_place_in_the_file() {
    let stream = stream(900);
    let image = Libvirt {
        format: 6,
        ..Libvirt::default()
    };
    let head = image.head().len() as u64;
    let bytes = image.write(&stream);
    let mapped = container::open(Source::bytes(bytes.clone()), &Options::default()).unwrap();
    assert_eq!(mapped.source.base(), head);
    let packed = compressed(Compression::Zstd, &bytes);
    let piped = container::open(Source::bytes(packed), &Options::default()).unwrap();
    assert_eq!(piped.source.base(), head);
    let Source::Window(window) = mapped.source else {
        panic!("a file is mapped")
    };
    assert_eq!(window.whole()[head as usize..], stream);
}

#[test]
fn a_stream_behind_other_bytes_is_found_or_given() {
    let stream = stream(900);
    let bytes = [vec![b'x'; 4097], stream.clone()].concat();
    assert_eq!(plainly(&bytes), Ok((vec!["offset, found"], stream.clone())));
    let given = |offset| Options {
        offset: Some(offset),
        snapshot: None,
    };
    assert_eq!(
        unwrap(&bytes, &given(4097)),
        Ok((vec!["offset"], stream.clone()))
    );
    let packed = [vec![b'x'; 4097], compressed(Compression::Zstd, &stream)].concat();
    assert_eq!(
        unwrap(&packed, &given(4097)),
        Ok((vec!["offset", "zstd"], stream))
    );
    let wrong = unwrap(&bytes, &given(4096)).unwrap_err();
    assert!(wrong.contains("it starts with 78 51 45 56 4d"), "{wrong}");
    let behind = unwrap(&bytes, &given(10_000)).unwrap_err();
    assert!(behind.contains("a stream was to be at 0x2710"), "{behind}");
}

#[test]
fn disk_images_of_every_shape() {
    for version in [2, 3] {
        for cluster_bits in [9, 12, 14, 16, 21] {
            for extended_l2 in [false, true] {
                for compression in [None, Some(Packing::Deflate), Some(Packing::Zstd)] {
                    let possible = (version == 3
                        || !(extended_l2 || compression == Some(Packing::Zstd)))
                        && (!extended_l2 || cluster_bits >= 14);
                    if possible {
                        disk_image(Qcow2 {
                            version,
                            cluster_bits,
                            extended_l2,
                            compression,
                            ..Qcow2::default()
                        });
                    }
                }
            }
        }
    }
}

fn disk_image(mut image: Qcow2) {
    let cluster = image.cluster();
    let bytes = stream(if cluster > 1 << 20 {
        cluster + 99
    } else {
        70 * 512 + 3 * cluster + 99
    });
    image.backing_file = Some("not-here.qcow2");
    image.snapshots = vec![State {
        id: "1",
        name: "one",
        date: 1,
        disk_size: 4096,
        bytes: bytes.clone(),
    }];
    let written = image.write();
    assert_eq!(
        plainly(&written.bytes),
        Ok((vec!["qcow2 image"], bytes.clone()))
    );
    let opened = container::open(Source::bytes(written.bytes), &Options::default()).unwrap();
    let Source::VmState(mut state) = opened.source else {
        panic!("a state of a machine was opened")
    };
    assert_eq!(state.len(), bytes.len() as u64);
    for (start, len) in [
        (0, 9),
        (cluster - 3, 7),
        (bytes.len() - 5, 50),
        (cluster / 2, cluster),
    ] {
        let mut out = vec![0xee; len];
        let there = state.read_at(start as u64, &mut out).unwrap();
        assert_eq!(out[..there], bytes[start..bytes.len().min(start + len)]);
    }
}

#[test]
fn a_snapshot_is_picked_by_name_or_id_and_else_the_newest() {
    let state = |id, name, date, len| State {
        id,
        name,
        date,
        disk_size: 4096,
        bytes: if len == 0 { Vec::new() } else { stream(len) },
    };
    let snapshots = vec![
        state("1", "a", 10, 1000),
        state("2", "b", 30, 2000),
        state("3", "b", 20, 3000),
        state("4", "disk", 40, 0),
        state("5", "1", 5, 4000),
    ];
    let image = Qcow2 {
        snapshots,
        ..Qcow2::default()
    }
    .write()
    .bytes;
    let len = |name: Option<&str>| {
        let options = Options {
            offset: None,
            snapshot: name.map(str::to_owned),
        };
        unwrap(&image, &options).map(|(_, bytes)| bytes.len())
    };
    assert_eq!(len(None), Ok(2000));
    assert_eq!(len(Some("a")), Ok(1000));
    // A name goes before an id.
    assert_eq!(len(Some("1")), Ok(4000));
    assert_eq!(len(Some("3")), Ok(3000));
    assert!(len(Some("b"))
        .unwrap_err()
        .contains("several snapshots are called \"b\""));
    assert!(len(Some("c"))
        .unwrap_err()
        .contains("\"a\" (id 1), \"b\" (id 2)"));
    assert!(len(Some("disk")).unwrap_err().contains("of the disk alone"));
    let plain = unwrap(
        &stream(99),
        &Options {
            offset: None,
            snapshot: Some("a".to_owned()),
        },
    );
    assert!(plain.unwrap_err().contains("not a disk image"));
}

#[test]
fn containers_are_not_unpacked_for_ever() {
    let mut bytes = stream(99);
    for _ in 0..8 {
        bytes = compressed(Compression::Zstd, &bytes);
    }
    assert!(plainly(&bytes).is_ok());
    bytes = compressed(Compression::Zstd, &bytes);
    assert!(plainly(&bytes)
        .unwrap_err()
        .contains("more than 8 containers"));
}

#[test]
fn what_is_no_stream_says_what_it_is() {
    let elf = plainly(b"\x7fELF\x02\x01\x01 and so on").unwrap_err();
    assert!(
        elf.contains(
            "neither a migration stream nor a container of one: it starts with 7f 45 4c 46"
        ),
        "{elf}"
    );
    let channel = [vec![0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1], vec![0; 56]].concat();
    let opened = container::open(Source::bytes(channel), &Options::default()).unwrap();
    assert!(matches!(opened.content, Content::MultifdChannel(init) if init.id == 0));
}
