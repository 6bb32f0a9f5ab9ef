//! A device describes itself in each dialect, the JSON goes out and comes back, and the decode of the bytes by it gives
//! the values that the device had.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may end in a panic"
)]

use std::collections::BTreeMap;

use vmsd_schema::decode::{decode, measure, End};
use vmsd_schema::schema::{Description, DeviceEntry, DeviceForm, StreamDescription};
use vmsd_schema::wire::Reader;
use vmsd_schema::{describe, Dialect, ErrorKind, Timer, Unused, VmState};

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "part", version = 1)]
struct Part {
    a: u8,
    b: u16,
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "part/with", version = 2, minimum_version = 2)]
struct Extra {
    word: u64,
    parts: [Part; 2],
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "part", version = 1)]
struct Growing {
    a: u8,
    #[vmstate(subsection)]
    extra: Option<Extra>,
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "everything", version = 1)]
struct Everything {
    flag: bool,
    small: i8,
    wide: i64,
    words: [u32; 5],
    #[vmstate(equal)]
    same: u64,
    #[vmstate(equal)]
    byte: u8,
    deadline: Timer,
    deadlines: [Timer; 2],
    #[vmstate(buffer)]
    raw: [u8; 3],
    unused: Unused<4>,
    part: Part,
    parts: [Part; 3],
    growing: [Growing; 3],
    #[vmstate(qtailq)]
    list: Vec<Growing>,
    #[vmstate(qlist)]
    empty: Vec<Part>,
    #[vmstate(gtree)]
    tree: BTreeMap<u64, Part>,
    #[vmstate(gtree)]
    keyed: BTreeMap<Part, Growing>,
    #[vmstate(byte_array)]
    bytes: Vec<u8>,
    #[vmstate(tmp)]
    tmp: Part,
    #[vmstate(struct_version = 1)]
    pinned: Part,
    #[vmstate(subsection)]
    some: Option<Some1>,
    #[vmstate(subsection)]
    none: Option<None1>,
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "everything/some", version = 3, minimum_version = 3)]
struct Some1 {
    x: u16,
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "everything/none", version = 1)]
struct None1 {
    x: u16,
}

fn everything() -> Everything {
    let part = |a: u8| Part {
        a,
        b: 0x0530 + u16::from(a),
    };
    let growing = |extra: bool| Growing {
        a: 5, // as the mark of a subsection
        extra: extra.then(|| Extra {
            word: u64::MAX,
            parts: [part(1), part(2)],
        }),
    };
    Everything {
        flag: true,
        small: -1,
        wide: i64::MIN,
        words: [1, 2, 3, 4, 0xffff_ffff],
        same: u64::MAX,
        byte: 0xff,
        deadline: Timer { deadline: Some(77) },
        raw: [5, 0x30, 0x31],
        part: part(0x30),
        parts: [part(0x30), part(0x31), part(0)],
        growing: [growing(false), growing(true), growing(false)],
        list: vec![growing(true), growing(false)],
        tree: [(1, part(1)), (2, part(2))].into(),
        keyed: [(part(3), growing(true)), (part(4), growing(false))].into(),
        bytes: vec![0, 1],
        tmp: part(9),
        pinned: part(10),
        some: Some(Some1 { x: 7 }),
        ..Everything::default()
    }
}

/// The description, through JSON and back.
fn through_json(description: &Description, dialect: Dialect) -> Description {
    let stream = StreamDescription {
        configuration: None,
        page_size: 4096,
        devices: vec![DeviceEntry {
            name: "device".to_owned(),
            instance_id: 7,
            form: DeviceForm::Vmsd(description.clone()),
        }],
    };
    let json = stream.to_json(dialect);
    let back = StreamDescription::from_json(json.as_bytes(), 0).unwrap();
    assert_eq!(back, stream);
    assert_eq!(back.to_json(dialect), json);
    description.clone()
}

#[test]
fn every_encoding_decodes_to_the_value_that_was_described() {
    for dialect in Dialect::ALL {
        let described = describe(&mut everything(), dialect, 1).unwrap();
        let description = through_json(&described.description, dialect);
        let mut bytes = described.bytes.clone();
        bytes.extend(b"\x7e\0\0\0\x01"); // the end is not told
        let mut reader = Reader::with_base(&bytes, 0x1000);
        let body = decode(&description, &mut reader, End::Unknown).unwrap();
        assert_eq!(reader.consumed(), described.bytes.len());
        assert_eq!(body.to_value(), described.value, "{dialect:?}");
        let len = measure(&description, &mut Reader::new(&bytes)).unwrap();
        assert_eq!(len, described.bytes.len() as u64);
        for field in &body.fields {
            let at = usize::try_from(field.offset - 0x1000).unwrap();
            assert_eq!(&bytes[at..at + field.bytes.len()], field.bytes);
        }
        for cut in 0..described.bytes.len() {
            assert!(
                measure(&description, &mut Reader::new(&bytes[..cut])).is_err(),
                "cut at {cut}"
            );
        }
    }
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "pointers", version = 1)]
struct Pointers {
    slots: [Option<Box<Part>>; 4],
    tail: u8,
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "growing pointers", version = 1)]
struct GrowingPointers {
    slots: [Option<Box<Growing>>; 4],
    tail: u8,
}

#[derive(Clone, Debug, Default, VmState)]
#[vmstate(name = "marked", version = 1)]
struct MarkedPointers {
    #[vmstate(marked)]
    slots: [Option<Box<Growing>>; 4],
    tail: u8,
}

/// All sixteen patterns of NULLs in four slots; the value must come back wherever the description allows it.
fn patterns<S: VmState>(
    make: impl Fn([bool; 4]) -> S,
    dialect: Dialect,
    tellable: impl Fn([bool; 4]) -> bool,
) {
    for bits in 0..16 {
        let pattern = [0, 1, 2, 3].map(|bit| bits >> bit & 1 == 1);
        let described = describe(&mut make(pattern), dialect, 1).unwrap();
        let mut reader = Reader::new(&described.bytes);
        let value =
            decode(&described.description, &mut reader, End::Unknown).map(|body| body.to_value());
        if tellable(pattern) {
            assert_eq!(value.unwrap(), described.value, "{dialect:?} {pattern:?}");
            assert!(reader.is_empty());
        } else {
            let same = value.is_ok_and(|value| value == described.value);
            assert!(!same, "{dialect:?} {pattern:?} can be told after all");
        }
    }
}

fn pointers(pattern: [bool; 4]) -> Pointers {
    let slot = |there: bool| there.then(|| Box::new(Part { a: 1, b: 2 }));
    Pointers {
        slots: pattern.map(slot),
        tail: 3,
    }
}

fn growing_pointers(pattern: [bool; 4]) -> GrowingPointers {
    let slot = |there: bool| {
        there.then(|| {
            Box::new(Growing {
                a: 1,
                extra: Some(Extra::default()),
            })
        })
    };
    GrowingPointers {
        slots: pattern.map(slot),
        tail: 3,
    }
}

fn marked_pointers(pattern: [bool; 4]) -> MarkedPointers {
    let slot = |there: bool| there.then(|| Box::new(Growing { a: 1, extra: None }));
    MarkedPointers {
        slots: pattern.map(slot),
        tail: 3,
    }
}

#[test]
fn arrays_of_pointers_come_back_where_their_description_tells_them() {
    // Up to 9.1 one entry stands for all elements.
    let uniform = |pattern: [bool; 4]| pattern == [true; 4];
    patterns(pointers, Dialect::Qemu7_2, uniform);
    patterns(growing_pointers, Dialect::Qemu7_2, |_| true);
    // 10.x describes every run.
    patterns(pointers, Dialect::Qemu10_0, |_| true);
    patterns(growing_pointers, Dialect::Qemu10_0, |_| true);
    // 11.x leaves the last element out behind a run of two or more of the other sort.
    let last_alone = |p: [bool; 4]| p[3] != p[2] && p[2] == p[1];
    patterns(pointers, Dialect::Qemu11_1, |pattern| !last_alone(pattern));
    patterns(growing_pointers, Dialect::Qemu11_1, |_| true);
    patterns(marked_pointers, Dialect::Qemu11_1, |_| true);
}

#[test]
fn a_subsection_must_be_the_one_that_the_description_says() {
    let mut state = everything();
    let described = describe(&mut state, Dialect::Qemu10_0, 1).unwrap();
    let at = described
        .bytes
        .windows(6)
        .position(|window| window == b"g/some")
        .unwrap();
    let refused = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = described.bytes.clone();
        change(&mut bytes);
        let error =
            decode(&described.description, &mut Reader::new(&bytes), End::Known).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Description);
        error.to_string()
    };
    let other = refused(&|bytes| bytes[at + 5] = b'x');
    assert!(
        other.contains("says subsection `everything/some`, and the stream has `everything/somx`"),
        "{other}"
    );
    let version = refused(&|bytes| bytes[at + 9] = 9);
    assert!(
        version.contains("the stream has version 9 of it, not 3"),
        "{version}"
    );
    let none = refused(&|bytes| bytes[at - 10 - 1] = 4);
    assert!(none.contains("the stream has byte 0x04"), "{none}");
    let more = refused(&|bytes| {
        bytes.extend(b"\x05\x0feverything/none\0\0\0\x01\0\0");
    });
    assert!(
        more.contains("the stream has subsection `everything/none`, which the description"),
        "{more}"
    );
}
