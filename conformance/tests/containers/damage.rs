//! Each header field of each container, cut, zeroed and with all bits set: the error names the container and
//! the field. Where a field may have any value, the table says so.

use conformance::files::container::{Compression, Options};

use crate::libvirt_writer::{compressed, Libvirt};
use crate::qcow2_writer::{Packing, Qcow2, State};
use crate::{stream, unwrap};

/// What a value leads to.
#[derive(Clone, Copy)]
enum To {
    /// An error that names this.
    Named(&'static str),
    /// The image opens: the value is a right one, or nothing depends on it.
    Opens,
    /// Without this field nobody knows what the file is: an error, or the stream found behind other bytes.
    Unknown,
}
use To::{Named, Opens, Unknown};

struct Field {
    name: &'static str,
    len: usize,
    zeroed: To,
    maximised: To,
}

fn field(name: &'static str, len: usize, zeroed: To, maximised: To) -> Field {
    Field {
        name,
        len,
        zeroed,
        maximised,
    }
}

/// A field whose every wrong value is noticed as its own.
fn strict(name: &'static str, len: usize) -> Field {
    field(name, len, Named(name), Named(name))
}

/// Damages each field of `image` in turn; the first stands at `at`.
fn go_through(container: &str, image: &[u8], mut at: usize, fields: &[Field]) {
    assert!(
        unwrap(image, &Options::default()).is_ok(),
        "the whole {container} opens"
    );
    for field in fields {
        let end = at + field.len;
        // One byte can begin more than one magic.
        for cut in at.max(2)..end {
            let error = unwrap(&image[..cut], &Options::default()).expect_err(field.name);
            assert_named(container, field.name, &error, "cut");
        }
        for (byte, to, how) in [
            (0, field.zeroed, "zeroed"),
            (0xff, field.maximised, "maximised"),
        ] {
            let mut damaged = image.to_vec();
            damaged[at..end].fill(byte);
            let outcome = unwrap(&damaged, &Options::default());
            match (to, outcome) {
                (Named(name), Err(error)) => assert_named(container, name, &error, how),
                (Unknown, Err(_)) | (Opens, Ok(_)) => {}
                (Unknown, Ok((names, _))) => assert_eq!(names, ["offset, found"]),
                (_, outcome) => panic!(
                    "{container}: {} {how}: {:?}",
                    field.name,
                    outcome.map(|(names, _)| names)
                ),
            }
        }
        at = end;
    }
}

fn assert_named(container: &str, field: &str, error: &str, how: &str) {
    assert!(
        error.contains(container) && error.contains(field),
        "{container}: {field} {how}: {error}"
    );
}

#[test]
fn libvirt() {
    let fields = |compressed: bool| {
        let mut fields = vec![
            field("magic", 16, Unknown, Unknown),
            strict("version", 4),
            strict("data_len", 4),
            field("was_running", 4, Opens, Named("was_running")),
            // Raw is format 0.
            field(
                "format",
                4,
                if compressed { Named("format") } else { Opens },
                Named("format"),
            ),
            strict("cookieOffset", 4),
        ];
        fields.extend((0..14).map(|_| field("unused", 4, Opens, Named("unused"))));
        fields
    };
    let stream = stream(3000);
    for little in [true, false] {
        let raw = Libvirt {
            little,
            ..Libvirt::default()
        };
        go_through("libvirt save image", &raw.write(&stream), 0, &fields(false));
        let packed = Libvirt {
            little,
            format: 5,
            ..Libvirt::default()
        };
        let packed = packed.write(&compressed(Compression::Zstd, &stream));
        go_through("libvirt save image", &packed, 0, &fields(true));
    }
}

#[test]
fn a_libvirt_format_that_is_not_the_streams() {
    let stream = stream(3000);
    let inside = |format, bytes: &[u8]| {
        unwrap(
            &Libvirt {
                format,
                ..Libvirt::default()
            }
            .write(bytes),
            &Options::default(),
        )
        .unwrap_err()
    };
    assert_named(
        "libvirt save image",
        "format",
        &inside(1, &stream),
        "gzip of plain",
    );
    assert_named(
        "libvirt save image",
        "format",
        &inside(1, &compressed(Compression::Xz, &stream)),
        "gzip of xz",
    );
    assert_named(
        "libvirt save image",
        "format",
        &inside(6, &compressed(Compression::Xz, &stream)),
        "sparse of xz",
    );
    assert_named(
        "libvirt save image",
        "data_len",
        &inside(0, b"no stream at all"),
        "nothing",
    );
}

#[test]
fn compressed_files() {
    let stream = stream(3000);
    let gzip = [
        field("magic", 2, Unknown, Unknown),
        strict("method", 1),
        field("flags", 1, Opens, Named("flags")),
        field("mtime", 4, Opens, Opens),
        field("extra flags", 1, Opens, Opens),
        field("operating system", 1, Opens, Opens),
    ];
    go_through("gzip", &compressed(Compression::Gzip, &stream), 0, &gzip);
    let bzip2 = [
        field("magic", 3, Unknown, Unknown),
        strict("block size", 1),
        // Digit and block together tell bzip2 from text: with a right digit a wrong block is named.
        strict("block magic", 6),
    ];
    go_through("bzip2", &compressed(Compression::Bzip2, &stream), 0, &bzip2);
    let xz = [
        field("magic", 6, Unknown, Unknown),
        field(
            "stream flags",
            2,
            Named("stream flags"),
            Named("stream flags"),
        ),
        strict("crc32 of the stream flags", 4),
        field("block header size", 1, Named("xz"), Named("xz")),
    ];
    go_through("xz", &compressed(Compression::Xz, &stream), 0, &xz);
}

#[test]
fn zstd_frames() {
    // A frame with a window, a dictionary id of zero and a content size, and one block as it is.
    let content = stream(40);
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0b1000_0001, 0x50, 0];
    frame.extend((content.len() as u32).to_le_bytes());
    frame.extend(&((content.len() as u32) << 3 | 1).to_le_bytes()[..3]);
    frame.extend(&content);
    let fields = [
        field("magic", 4, Unknown, Unknown),
        field(
            "frame header descriptor",
            1,
            Named("zstd"),
            Named("frame header descriptor"),
        ),
        field("window descriptor", 1, Opens, Named("window descriptor")),
        field("dictionary id", 1, Opens, Named("dictionary id")),
        field("frame content size", 4, Named("zstd"), Named("zstd")),
        field("zstd", 3, Named("zstd"), Named("zstd")),
    ];
    go_through("zstd", &frame, 0, &fields);
}

#[test]
fn lzop() {
    let fields = [
        field("magic", 9, Unknown, Unknown),
        field("version", 2, Named("version"), Named("header check sum")),
        field(
            "library version",
            2,
            Named("header check sum"),
            Named("header check sum"),
        ),
        strict("version needed", 2),
        strict("method", 1),
        field("level", 1, Named("header check sum"), Named("level")),
        field("flags", 4, Named("header check sum"), Named("flags")),
        field(
            "mode",
            4,
            Named("header check sum"),
            Named("header check sum"),
        ),
        field("mtime", 4, Opens, Named("header check sum")),
        field("mtime, upper half", 4, Opens, Named("header check sum")),
        field(
            "name length",
            1,
            Named("header check sum"),
            Named("header check sum"),
        ),
        field(
            "name",
            4,
            Named("header check sum"),
            Named("header check sum"),
        ),
        strict("header check sum", 4),
        // No bytes in a block are the end: what follows is then no file.
        field(
            "uncompressed block size",
            4,
            Named("magic"),
            Named("uncompressed block size"),
        ),
        strict("compressed block size", 4),
        strict("check sum", 4),
    ];
    // The first block is compressed, so that it has two check sums.
    let bytes = stream(2000);
    go_through("lzop", &compressed(Compression::Lzop, &bytes), 0, &fields);
}

fn disk_image(change: impl FnOnce(&mut Qcow2)) -> Qcow2 {
    let mut image = Qcow2 {
        cluster_bits: 10,
        backing_file: Some("below.img"),
        snapshots: vec![State {
            id: "1",
            name: "snap",
            date: 1,
            disk_size: 4096,
            bytes: stream(3000),
        }],
        ..Qcow2::default()
    };
    change(&mut image);
    image
}

#[test]
fn disk_image_headers() {
    let version_2 = [
        field("magic", 4, Unknown, Unknown),
        strict("version", 4),
        // No backing file at all.
        field(
            "backing_file_offset",
            8,
            Opens,
            Named("backing_file_offset"),
        ),
        strict("backing_file_size", 4),
        strict("cluster_bits", 4),
        // A disk without a byte; what a snapshot needs of it is in the snapshot.
        field("size", 8, Opens, Named("size")),
        field("crypt_method", 4, Opens, Named("encrypted")),
        strict("l1_size", 4),
        strict("l1_table_offset", 8),
        strict("refcount_table_offset", 8),
        strict("refcount_table_clusters", 4),
        strict("nb_snapshots", 4),
        strict("snapshots_offset", 8),
    ];
    go_through(
        "qcow2 image",
        &disk_image(|image| image.version = 2).write().bytes,
        0,
        &version_2,
    );
    let plain = disk_image(|_| {}).write().bytes;
    go_through("qcow2 image", &plain, 0, &version_2);
    let version_3 = |compression| {
        [
            field(
                "incompatible_features",
                8,
                if compression {
                    Named("compression_type")
                } else {
                    Opens
                },
                Named("incompatible_features"),
            ),
            field("compatible_features", 8, Opens, Opens),
            field("autoclear_features", 8, Opens, Opens),
            field("refcount_order", 4, Opens, Named("refcount_order")),
            strict("header_length", 4),
            field(
                "compression_type",
                1,
                if compression {
                    Named("compression_type")
                } else {
                    Opens
                },
                Named("compression_type"),
            ),
        ]
    };
    go_through("qcow2 image", &plain, 72, &version_3(false));
    let packed = disk_image(|image| image.compression = Some(Packing::Zstd))
        .write()
        .bytes;
    go_through("qcow2 image", &packed, 72, &version_3(true));
}

#[test]
fn disk_image_snapshots() {
    let written = disk_image(|_| {}).write();
    let fields = [
        strict("l1_table_offset", 8),
        strict("l1_size", 4),
        field("id_str_size", 2, Named("id_str_size"), Named("id_str")),
        field("name_size", 2, Opens, Named("name")),
        field("date_sec", 4, Opens, Opens),
        field("date_nsec", 4, Opens, Named("date_nsec")),
        field("vm_clock_nsec", 8, Opens, Opens),
        strict("vm_state_size", 4),
        strict("extra_data_size", 4),
        field(
            "vm_state_size_large",
            8,
            Named("vm_state_size"),
            Named("vm_state_size"),
        ),
        strict("disk_size", 8),
        field("icount", 8, Opens, Opens),
        field("id_str", 1, Opens, Opens),
        field("name", 4, Opens, Opens),
    ];
    // The first byte of the table is what the header's field leads to.
    let table = written.snapshot_table;
    let error = unwrap(&written.bytes[..table], &Options::default()).unwrap_err();
    assert_named("qcow2 image", "snapshots_offset", &error, "cut");
    go_through_from_second_byte(&written.bytes, table, &fields);
}

fn go_through_from_second_byte(image: &[u8], table: usize, fields: &[Field]) {
    let first = &fields[0];
    for cut in table + 1..table + first.len {
        let error = unwrap(&image[..cut], &Options::default()).unwrap_err();
        assert_named("qcow2 image", first.name, &error, "cut");
    }
    for byte in [0, 0xff] {
        let mut damaged = image.to_vec();
        damaged[table..table + first.len].fill(byte);
        assert_named(
            "qcow2 image",
            first.name,
            &unwrap(&damaged, &Options::default()).unwrap_err(),
            "filled",
        );
    }
    go_through("qcow2 image", image, table + first.len, &fields[1..]);
}

#[test]
fn disk_image_tables_that_lead_nowhere() {
    let image = disk_image(|_| {});
    let written = image.write().bytes;
    let l1 = u64::from_be_bytes(
        *written[image.write().snapshot_table..]
            .first_chunk()
            .unwrap(),
    ) as usize;
    let entry = (l1..).step_by(8).find(|&at| written[at] != 0).unwrap();
    let l2 = u64::from_be_bytes(*written[entry..].first_chunk().unwrap()) as usize & 0xff_ffff;
    for (at, name) in [(entry, "L1 entry"), (l2, "L2 entry")] {
        for wrong in [
            0x0000_0000_0000_0200u64,
            0x0000_0000_7fff_fc00,
            0x00ff_ffff_ffff_fc00,
        ] {
            let mut damaged = written.clone();
            damaged[at..at + 8].copy_from_slice(&wrong.to_be_bytes());
            assert_named(
                "qcow2 image",
                name,
                &unwrap(&damaged, &Options::default()).unwrap_err(),
                "wrong",
            );
        }
        // Nothing is mapped: there is no stream.
        let mut damaged = written.clone();
        damaged[at..at + 8].fill(0);
        assert_named(
            "qcow2 image",
            "disk_size",
            &unwrap(&damaged, &Options::default()).unwrap_err(),
            "zeroed",
        );
    }
}

#[test]
fn every_cut_and_every_changed_byte_ends_in_a_sentence_or_a_stream() {
    let stream = stream(1500);
    let mut images = vec![
        disk_image(|image| image.extra_len = 16).write().bytes,
        Libvirt::default().write(&stream),
    ];
    images.extend(Compression::ALL.map(|compression| compressed(compression, &stream)));
    for image in images {
        for at in 0..image.len() {
            let cut = unwrap(&image[..at], &Options::default());
            assert!(cut.is_ok() || !cut.unwrap_err().is_empty());
            for byte in [image[at] ^ 0x80, image[at].wrapping_add(1)] {
                let mut damaged = image.clone();
                damaged[at] = byte;
                let outcome = unwrap(&damaged, &Options::default());
                assert!(outcome.is_ok() || !outcome.unwrap_err().is_empty());
            }
        }
    }
}
