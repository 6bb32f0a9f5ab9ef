//! Channels of a multifd migration: pages as they are and compressed, zero pages, SYNC, state of devices, damage.

use std::io::Write as _;

use conformance::files::container::multifd::{Channel, Packet, PageCompression};

const PAGE: usize = 4096;

fn init() -> Vec<u8> {
    let mut bytes = vec![0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1];
    bytes.extend([0xab; 16]);
    bytes.push(3);
    bytes.resize(64, 0);
    bytes
}

/// A packet with `normal` and `zero` pages and these bytes behind the header.
fn packet(flags: u32, normal: &[u64], zero: &[u64], size: u32, data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1];
    for word in [flags, 128, normal.len() as u32, size] {
        bytes.extend(word.to_be_bytes());
    }
    bytes.extend(9u64.to_be_bytes());
    bytes.extend((zero.len() as u32).to_be_bytes());
    bytes.resize(0x40, 0);
    bytes.extend(b"pc.ram");
    bytes.resize(0x140, 0);
    for offset in normal.iter().chain(zero) {
        bytes.extend(offset.to_be_bytes());
    }
    bytes.resize(0x540, 0);
    bytes.extend(data);
    bytes
}

fn page(byte: u8) -> Vec<u8> {
    (0..PAGE)
        .map(|at| byte.wrapping_add((at / 100) as u8))
        .collect()
}

/// Reads all packets: what they say in short, and their pages.
fn read(bytes: &[u8]) -> Result<(Vec<String>, Vec<u8>), String> {
    let mut channel = Channel::new(bytes, 4096).map_err(|error| error.to_string())?;
    let (mut said, mut data) = (Vec::new(), Vec::new());
    while let Some(packet) = channel.next_packet().map_err(|error| error.to_string())? {
        said.push(match packet {
            Packet::Pages(pages) => {
                data.extend(pages.data);
                format!(
                    "{} {:?} {:?} {}{}",
                    String::from_utf8_lossy(&pages.block),
                    pages.normal,
                    pages.zero,
                    pages.compression.name(),
                    if pages.sync { " sync" } else { "" }
                )
            }
            Packet::DeviceState(state) => {
                data.extend(&state.data);
                format!(
                    "{} {}",
                    String::from_utf8_lossy(&state.idstr),
                    state.instance_id
                )
            }
            other => panic!("{other:?}"),
        });
    }
    Ok((said, data))
}

#[test]
fn pages_as_they_are() {
    let pages = [page(1), page(2)].concat();
    let bytes = [
        init(),
        packet(0, &[0x3000, 0x1000], &[0x8000], 8192, &pages),
        // What QEMU 7.2 sends: the size of an earlier packet, and nothing behind.
        packet(1, &[], &[], 278_528, &[]),
    ]
    .concat();
    let (said, data) = read(&bytes).unwrap();
    assert_eq!(
        said,
        [
            "pc.ram [12288, 4096] [32768] none",
            "pc.ram [] [] none sync"
        ]
    );
    assert_eq!(data, pages);
    assert_eq!(Channel::new(&*bytes, 4096).unwrap().init().id, 3);
}

/// Two packets whose pages are one compressed stream, flushed in between.
fn compressed_channel(kind: PageCompression) -> Vec<u8> {
    let mut bytes = init();
    let mut zlib = flate2::Compress::new(flate2::Compression::fast(), true);
    let mut zstd = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    for byte in [1, 77] {
        let pages = [page(byte), page(byte + 1)].concat();
        let packed = match kind {
            PageCompression::Zstd => {
                zstd.write_all(&pages).unwrap();
                zstd.flush().unwrap();
                std::mem::take(zstd.get_mut())
            }
            _ => {
                let mut out = Vec::with_capacity(1 << 16);
                zlib.compress_vec(&pages, &mut out, flate2::FlushCompress::Sync)
                    .unwrap();
                out
            }
        };
        let flags = if kind == PageCompression::Zstd { 4 } else { 2 };
        bytes.extend(packet(
            flags,
            &[0, 0x1000],
            &[],
            packed.len() as u32,
            &packed,
        ));
    }
    bytes
}

#[test]
fn one_compressed_stream_through_all_packets() {
    let pages = [page(1), page(2), page(77), page(78)].concat();
    for kind in [PageCompression::Zlib, PageCompression::Zstd] {
        let bytes = compressed_channel(kind);
        let (said, data) = read(&bytes).unwrap();
        assert_eq!(said.len(), 2);
        assert!(said[0].ends_with(kind.name()));
        assert_eq!(data, pages);
        let cut = read(&bytes[..bytes.len() - 1]).unwrap_err();
        assert!(cut.contains("multifd channel > pages"), "{cut}");
        // Without its first packet the second means nothing.
        let second = bytes
            .windows(4)
            .rposition(|four| four == [0x11, 0x22, 0x33, 0x44])
            .unwrap();
        let late = read(&[init(), bytes[second..].to_vec()].concat());
        assert!(late.unwrap_err().contains("multifd channel > pages"));
    }
}

#[test]
fn state_of_devices() {
    let mut bytes = [
        init(),
        vec![0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1, 0, 0, 0, 0x40],
    ]
    .concat();
    let idstr_at = bytes.len();
    bytes.extend(b"0000:00:02.0/vfio");
    bytes.resize(idstr_at + 256, 0);
    bytes.extend(7u32.to_be_bytes());
    bytes.extend(5u32.to_be_bytes());
    bytes.extend(b"state");
    bytes.extend(packet(1, &[], &[], 0, &[]));
    let (said, data) = read(&bytes).unwrap();
    assert_eq!(said, ["0000:00:02.0/vfio 7", "pc.ram [] [] none sync"]);
    assert_eq!(data, b"state");
    for (at, name) in [(idstr_at, "idstr"), (idstr_at + 260, "next_packet_size")] {
        let mut damaged = bytes.clone();
        damaged[at..at + 4].fill(0xff);
        if name == "idstr" {
            damaged[at..at + 256].fill(0xff);
        }
        let error = read(&damaged).unwrap_err();
        assert!(
            error.contains(&format!("multifd channel > {name}")),
            "{error}"
        );
    }
}

#[test]
fn each_field_of_a_packet_cut_zeroed_and_maximised() {
    let bytes = [init(), packet(0, &[0x3000], &[0x8000], 4096, &page(1))].concat();
    // Name, length, and what zeros and ones lead to; an empty text where the value is a right one.
    let fields = [
        ("magic", 4, "magic", "magic"),
        ("version", 4, "version", "version"),
        ("uuid", 16, "", ""),
        ("id", 1, "", ""),
        ("unused", 39, "", "unused"),
        ("magic", 4, "magic", "magic"),
        ("version", 4, "version", "version"),
        ("flags", 4, "", "idstr"),
        ("pages_alloc", 4, "", "pages_alloc"),
        // Then the page behind is the next packet.
        ("normal_pages", 4, "magic", "normal_pages"),
        (
            "next_packet_size",
            4,
            "next_packet_size",
            "next_packet_size",
        ),
        ("packet_num", 8, "", ""),
        ("zero_pages", 4, "", "zero_pages"),
        ("unused", 28, "", "unused"),
        ("ramblock", 256, "ramblock", "ramblock"),
        ("offset", 8, "", "offset"),
        ("offset", 8, "", "offset"),
    ];
    let mut at = 0;
    for (name, len, zeroed, maximised) in fields {
        // A channel that ends between packets is whole.
        for cut in (at..at + len).filter(|&cut| cut != 64) {
            let error = read(&bytes[..cut]).unwrap_err();
            assert!(
                error.contains(&format!("multifd channel > {name}")),
                "{name} cut: {error}"
            );
        }
        for (byte, to) in [(0, zeroed), (0xff, maximised)] {
            let mut damaged = bytes.clone();
            damaged[at..at + len].fill(byte);
            match read(&damaged) {
                Ok(_) => assert_eq!(to, "", "{name} filled with {byte}"),
                Err(error) => assert!(
                    !to.is_empty() && error.contains(&format!("multifd channel > {to}")),
                    "{name}: {error}"
                ),
            }
        }
        at += len;
    }
}

#[test]
fn captures_of_channels_are_found_beside_their_main_channel() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let channel = |id: u8| {
        let mut bytes = init();
        bytes[24] = id;
        bytes
    };
    write("guest.main.qevm", b"QEVM\0\0\0\x03");
    write("guest.b.multifd", &channel(1));
    write(
        "guest.a.multifd.zst",
        &zstd::encode_all(&*channel(2), 1).unwrap(),
    );
    write("guest.c.multifd", &channel(0));
    write("guest.txt", b"some text");
    write("other.a.multifd", &channel(1));
    let found = conformance::files::container::multifd::channels_beside(
        &folder.path().join("guest.main.qevm"),
    )
    .unwrap();
    let names: Vec<_> = found
        .iter()
        .map(|(path, init)| (path.file_name().unwrap().to_str().unwrap(), init.id))
        .collect();
    assert_eq!(
        names,
        [
            ("guest.c.multifd", 0),
            ("guest.b.multifd", 1),
            ("guest.a.multifd.zst", 2)
        ]
    );
}
