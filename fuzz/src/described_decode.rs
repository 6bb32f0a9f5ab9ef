//! A body is read by any description, or refused: no panic, every place inside the body, and measuring takes as many
//! bytes as reading. A value that was made up along its table is read to its last byte.
//!
//! An input is a number of 16 bits, so many bytes of JSON, and a body; where the JSON is none, all of it is entropy.

use vmsd_schema::arbitrary::{Arbitrary, Body, Unstructured};
use vmsd_schema::decode::{decode, measure, Content, End, Node, Struct};
use vmsd_schema::schema::{Description, DeviceForm, Schema, StreamDescription};
use vmsd_schema::wire::Reader;

/// The property.
///
/// # Panics
/// If it does not hold.
pub fn run(data: &[u8]) {
    if let Some((json, body)) = parts(data) {
        if let Ok(description) = StreamDescription::from_json(json, 0) {
            for device in &description.devices {
                if let DeviceForm::Vmsd(layout) = &device.form {
                    any(layout, body);
                }
            }
            return;
        }
    }
    let mut u = Unstructured::new(data);
    let Ok(schema) = Schema::arbitrary(&mut u) else {
        return;
    };
    let Ok(body) = Body::new(&schema, schema.version.unwrap_or(1), &mut u) else {
        return;
    };
    made(&body);
}

fn parts(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (len, rest) = data.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))
}

fn any(layout: &Description, body: &[u8]) {
    for end in [End::Known, End::Unknown] {
        let mut reader = Reader::new(body);
        match decode(layout, &mut reader, end) {
            Ok(tree) => {
                structure(&tree, body.len() as u64);
                let _ = tree.to_value();
                if end == End::Unknown {
                    let measured = measure(layout, &mut Reader::new(body));
                    assert_eq!(measured.ok(), Some(reader.consumed() as u64));
                }
            }
            Err(error) => assert!(
                error.offset().is_none_or(|at| at <= body.len() as u64),
                "{error}"
            ),
        }
    }
}

fn made(body: &Body) {
    let mut reader = Reader::new(&body.bytes);
    match decode(&body.description, &mut reader, End::Known) {
        Ok(tree) => {
            assert!(reader.is_empty(), "{} bytes are left", reader.remaining());
            structure(&tree, body.bytes.len() as u64);
        }
        Err(error) => panic!("a value of the table is refused: {error}"),
    }
    any(&body.description, &body.bytes);
}

fn structure(tree: &Struct<'_>, len: u64) {
    assert!(tree.offset + tree.bytes.len() as u64 <= len);
    tree.fields.iter().for_each(|node| place(node, len));
    for subsection in &tree.subsections {
        assert!(subsection.offset <= len);
        structure(&subsection.body, len);
    }
}

fn place(node: &Node<'_>, len: u64) {
    assert!(
        node.offset + node.bytes.len() as u64 <= len,
        "a field stands behind the body"
    );
    match &node.content {
        Content::Struct(inner) => structure(inner, len),
        Content::Elements(elements) => elements.iter().for_each(|node| place(node, len)),
        Content::List(elements) => elements.iter().for_each(|inner| structure(inner, len)),
        Content::Tree(branches) => branches.iter().for_each(|b| structure(&b.value, len)),
        _ => {}
    }
}
