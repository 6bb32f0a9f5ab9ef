//! What QEMU's vmstate-static-checker is blind to, and the edits of its own data set: on real dumps of QEMU, both ways.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;

use vmsd_schema::compat::{check, Verdict};
use vmsd_schema::schema::{Count, Device, Extent, Field, Host, Presence, Schema, SchemaSet, Shape};

fn dump(name: &str) -> SchemaSet {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus/dumps");
    let file = std::fs::File::open(root.join(format!("{name}.json.zst"))).unwrap();
    SchemaSet::from_dump(&zstd::decode_all(file).unwrap()).unwrap()
}

fn device<'s>(set: &'s mut SchemaSet, type_name: &str) -> &'s mut Device {
    let found = set
        .devices
        .iter_mut()
        .find(|device| device.type_name.as_deref() == Some(type_name));
    found.unwrap_or_else(|| panic!("no type {type_name}"))
}

fn field<'s>(schema: &'s mut Schema, name: &str) -> &'s mut Field {
    let found = schema.fields.iter_mut().find(|field| field.name == name);
    found.unwrap_or_else(|| panic!("no field {name}"))
}

fn nested(field: &mut Field) -> &mut Schema {
    match &mut field.shape {
        Shape::Nested(schema) => schema,
        other => panic!("{other} is not described"),
    }
}

/// What an edit of the dump does to a migration, there and back.
fn edited(base: &SchemaSet, edit: impl FnOnce(&mut SchemaSet)) -> (Verdict, Verdict) {
    let mut new = base.clone();
    edit(&mut new);
    assert!(new != *base, "the edit does something");
    let verdict = |from: &SchemaSet, to: &SchemaSet| Verdict::of(&check(from, to));
    (verdict(base, &new), verdict(&new, base))
}

fn plain(name: &str, size: u64) -> Field {
    Field {
        name: name.to_owned(),
        presence: Presence::Since(0),
        host: Some(Host {
            version_id: 0,
            num: None,
            size,
        }),
        ..Field::default()
    }
}

#[test]
fn single_edits_that_the_static_checker_gets_wrong() {
    use Verdict::{Breaks, Loads, Risk};
    let base = dump("x86_64-11.1.pc-q35-7.2");
    assert_eq!(Verdict::of(&check(&base, &base)), Loads);
    let longer = |set: &mut SchemaSet| {
        let fields = device(set, "usb-redir").schema.fields.iter_mut();
        let endpoints = fields
            .into_iter()
            .find(|field| field.name == "endpoint")
            .unwrap();
        endpoints.count = Count::Fixed(64);
        endpoints.host.as_mut().unwrap().num = Some(64);
    };
    assert_eq!(
        edited(&base, longer),
        (Breaks, Breaks),
        "an array is twice as long"
    );
    let appended = |set: &mut SchemaSet| device(set, "i8042").schema.fields.push(plain("extra", 4));
    assert_eq!(
        edited(&base, appended),
        (Breaks, Breaks),
        "a field is appended at the same version"
    );
    let predicate = |set: &mut SchemaSet| {
        field(
            nested(field(&mut device(set, "i8042").schema, "kbd")),
            "mode",
        )
        .presence = Presence::Conditional;
    };
    assert_eq!(
        edited(&base, predicate),
        (Risk, Risk),
        "a predicate decides"
    );
    let renamed = |set: &mut SchemaSet| {
        field(
            nested(field(&mut device(set, "i8042").schema, "kbd")),
            "mode",
        )
        .name = "mode_register".to_owned();
    };
    assert_eq!(
        edited(&base, renamed),
        (Loads, Loads),
        "a name is not on the wire"
    );
    let subsection = |set: &mut SchemaSet| {
        let schema = &mut device(set, "i8042").schema;
        let name = format!("{}/extra", schema.name);
        schema.subsections.push(Schema {
            name,
            version: Some(1),
            minimum_version: Some(1),
            extent: Extent::Whole,
            fields: vec![plain("extra", 4)],
            ..Schema::default()
        });
    };
    assert_eq!(
        edited(&base, subsection),
        (Loads, Risk),
        "a subsection that may be needed"
    );
    let minimum = |set: &mut SchemaSet| {
        let schema = &mut device(set, "i8042").schema;
        schema.version = schema.version.map(|version| version + 1);
        schema.minimum_version = schema.version;
    };
    assert_eq!(
        edited(&base, minimum),
        (Breaks, Breaks),
        "the minimum is above the source's version"
    );
}

#[test]
fn the_edits_of_the_static_checkers_own_data_set() {
    use Verdict::{Breaks, Loads, Risk, Unknown};
    let pc = dump("x86_64-11.1.pc-q35-7.2");
    let old = dump("x86_64-7.2.pc-q35-7.2");
    let arm = dump("aarch64-11.1.virt");
    let mut got = Vec::new();
    let mut edit = |base: &SchemaSet, edit: &dyn Fn(&mut SchemaSet)| got.push(edited(base, edit));
    edit(&pc, &|set| {
        device(set, "fw_cfg").type_name = Some("fw_cfg2".to_owned())
    });
    edit(&arm, &|set| {
        let schema = &mut device(set, "fusbh200-ehci-usb").schema;
        schema.version = Some(1);
        nested(&mut schema.fields[0])
            .fields
            .retain(|field| field.name != "usbsts");
    });
    edit(&pc, &|set| {
        let schema = &mut device(set, "pci-serial-4x").schema;
        schema.fields.clear();
        schema.extent = Extent::Unknown;
    });
    edit(&pc, &|set| {
        device(set, "intel-hda-generic").schema.fields[0].shape = Shape::Unknown
    });
    edit(&pc, &|set| {
        let device = device(set, "cfi.pflash01");
        device.schema = Schema {
            version: device.schema.version,
            minimum_version: device.schema.minimum_version,
            ..Schema::default()
        };
    });
    edit(&pc, &|set| {
        let pci = nested(&mut device(set, "megasas").schema.fields[0]);
        pci.fields.retain(|field| field.name != "irq_state");
    });
    edit(&old, &|set| {
        let schema = &mut device(set, "PIIX3-xen").schema;
        schema.minimum_version = schema.version.map(|version| version + 1);
        schema.version = schema.minimum_version;
        schema.subsections.clear();
    });
    edit(&pc, &|set| {
        device(set, "tpci200").schema.name = "tpci2002".to_owned()
    });
    edit(&pc, &|set| {
        let schema = &mut device(set, "isa-fdc").schema;
        let state = nested(field(schema, "state"));
        let drives = nested(field(state, "drives"));
        drives
            .subsections
            .retain(|subsection| subsection.name != "fdrive/media_rate");
        schema.version = schema.version.map(|version| version - 1);
    });
    edit(&pc, &|set| {
        let keyboard = nested(field(&mut device(set, "usb-kbd").schema, "hid"));
        let keycodes = field(keyboard, "kbd.keycodes");
        keycodes.host.as_mut().unwrap().size = 2;
    });
    let (there, back): (Vec<_>, Vec<_>) = got.into_iter().unzip();
    let expected = [
        Breaks, Breaks, Unknown, Unknown, Unknown, Breaks, Breaks, Breaks, Breaks, Risk,
    ];
    assert_eq!(there, expected);
    // Version 1 of the second has none of the structure, whose field begins with version 2; the ninth loads from version 2 on.
    let expected = [
        Breaks, Loads, Unknown, Unknown, Unknown, Breaks, Breaks, Breaks, Breaks, Risk,
    ];
    assert_eq!(back, expected);
}
