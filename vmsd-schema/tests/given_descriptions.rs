//! Descriptions that no device of ours wrote: what they claim is compared with the bytes, and asks for no more than those justify.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use vmsd_schema::decode::{decode, measure, Content, End, Reason};
use vmsd_schema::schema::{ArrayKey, Body, Description, DeviceForm, FieldEntry, StreamDescription};
use vmsd_schema::wire::Reader;
use vmsd_schema::{ErrorKind, Value};

fn entry(name: &str, array: ArrayKey, type_name: &str, body: Body, size: u64) -> FieldEntry {
    FieldEntry {
        name: name.to_owned(),
        array,
        type_name: type_name.to_owned(),
        body,
        size,
    }
}

fn vmsd(name: &str, fields: Vec<FieldEntry>) -> Description {
    Description {
        vmsd_name: name.to_owned(),
        version: 1,
        fields,
        subsections: Vec::new(),
    }
}

#[test]
fn sizes_are_compared() {
    let inner = vmsd(
        "inner",
        vec![entry("x", ArrayKey::Single, "uint16", Body::Leaf, 2)],
    );
    let body = Body::Struct(Some(Box::new(inner)));
    let outer = vmsd(
        "outer",
        vec![entry("s", ArrayKey::Single, "struct", body, 3)],
    );
    let error = decode(&outer, &mut Reader::new(&[0; 8]), End::Known).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the description says 3 bytes, and the field takes 2 (at offset 0x0, in s)"
    );
}

#[test]
fn bytes_without_an_explanation_stay_bytes_with_a_reason() {
    let fields = vec![
        entry("vdev", ArrayKey::Single, "virtio", Body::Leaf, 3),
        entry("odd", ArrayKey::Single, "uint32", Body::Leaf, 2),
        entry("css", ArrayKey::Len(4), "struct", Body::Struct(None), 1),
        entry("behind", ArrayKey::Single, "uint8", Body::Leaf, 1),
    ];
    let device = vmsd("device", fields);
    let bytes = *b"abcde00zz0x";
    let mut reader = Reader::new(&bytes);
    let body = decode(&device, &mut reader, End::Known).unwrap();
    assert!(reader.is_empty());
    let reasons: Vec<_> = body
        .fields
        .iter()
        .map(|field| match field.content {
            Content::Opaque(reason) => (field.name, field.bytes, reason),
            ref other => panic!("{other:?}"),
        })
        .collect();
    let expected: [(&str, &[u8], Reason); 3] = [
        ("vdev", b"abc", Reason::Type),
        ("odd", b"de", Reason::Size),
        ("css", b"00zz0x", Reason::NullFirst),
    ];
    assert_eq!(reasons, expected);
    let error = measure(&device, &mut Reader::new(&bytes)).unwrap_err();
    assert_eq!(
        (error.kind(), error.path().as_str()),
        (ErrorKind::Unsupported, "css[0]")
    );
}

#[test]
fn a_short_description_cannot_ask_for_much() {
    let nothing = vmsd("nothing", Vec::new());
    let body = Body::Struct(Some(Box::new(nothing)));
    let inner = vmsd(
        "inner",
        vec![entry("b", ArrayKey::Len(1 << 30), "struct", body, 0)],
    );
    let body = Body::Struct(Some(Box::new(inner)));
    let device = vmsd(
        "device",
        vec![entry("a", ArrayKey::Len(u64::MAX), "struct", body, 0)],
    );
    let error = decode(&device, &mut Reader::new(&[0; 64]), End::Known).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    let words = vmsd(
        "words",
        vec![entry(
            "w",
            ArrayKey::Len(u64::MAX / 2),
            "uint64",
            Body::Leaf,
            8,
        )],
    );
    let error = decode(&words, &mut Reader::new(&[0; 64]), End::Known).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Truncated);
}

#[test]
fn the_early_form_states_sizes_in_memory() {
    let json = br#"{ "devices" : [ { "name": "pckbd", "instance_id": 0, "vmsd_name": "pckbd", "versions": { "3": {
        "fields": [ { "name": "kbd", "size": 56, "type": "struct", "struct": { "version_id": 3, "fields": [
            { "name": "write_cmd", "size": 1, "type": "uint8" }, { "name": "status", "size": 1, "type": "uint8" },
            { "name": "mode", "size": 1, "type": "uint8" }, { "name": "pending", "size": 1, "type": "uint8" }
        ] } } ] } } } ] }"#;
    let stream = StreamDescription::from_json(json, 0).unwrap();
    let DeviceForm::Vmsd(pckbd) = &stream.devices[0].form else {
        panic!("opaque")
    };
    assert_eq!((pckbd.vmsd_name.as_str(), pckbd.version), ("pckbd", 3));
    let bytes = [0x00, 0x1c, 0x43, 0x00];
    let body = decode(pckbd, &mut Reader::new(&bytes), End::Known)
        .unwrap()
        .to_value();
    let status = body.get("kbd").and_then(|kbd| kbd.get("status"));
    assert_eq!(
        status,
        Some(&Value::Uint {
            bits: 8,
            value: 0x1c
        })
    );
}
