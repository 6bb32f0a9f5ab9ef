//! Damaged disk images: their header, their snapshots, and the tables that lead to a snapshot's stream.

use conformance::files::container::Options;

use crate::damage::To::{Named, Opens, Unknown};
use crate::damage::{assert_named, field, go_through, strict, Field};
use crate::qcow2_writer::{Packing, Qcow2, State};
use crate::{stream, unwrap};

/// An image with one snapshot, after a change.
pub(crate) fn disk_image(change: impl FnOnce(&mut Qcow2)) -> Qcow2 {
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
