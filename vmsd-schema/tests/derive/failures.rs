//! Every way in which a load can fail, and what it leaves behind; the look-ahead behind every form of nested
//! description.

use std::collections::BTreeMap;

use vmsd_schema::{load, save, Error, ErrorKind, Result, VmState};

use super::{hex, loaded, refusal, round_trip};

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "part", version = 2, minimum_version = 1)]
struct Part {
    a: u8,
    #[vmstate(since = 2)]
    b: u8,
    #[vmstate(subsection)]
    more: Option<PartMore>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "part/more", version = 3, minimum_version = 2, post_load = Self::post_load)]
struct PartMore {
    c: u8,
    #[vmstate(since = 3)]
    d: u8,
}

impl PartMore {
    fn post_load(&mut self, _version: u32) -> Result<()> {
        match self.c {
            0xff => Err(Error::new(ErrorKind::Validation, "`c` is ff")),
            _ => Ok(()),
        }
    }
}

fn part(a: u8) -> Part {
    let more = Some(PartMore { c: 0xcc, d: 0xdd });
    Part { a, b: 0xbb, more }
}

/// `part/more` at version 3, behind the fields of a part.
const MORE: &str = "05 09 706172742f6d6f7265 00000003 cc dd";

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "whole", version = 1)]
struct Whole {
    plain: Part,
    #[vmstate(struct_version = 1)]
    pinned: Part,
    #[vmstate(tmp)]
    tmp: Part,
    boxed: Box<Part>,
    pointers: [Option<Box<Part>>; 2],
    #[vmstate(marked)]
    marked: [Option<Box<Part>>; 1],
    #[vmstate(qtailq)]
    tail: Vec<Part>,
    #[vmstate(qlist)]
    single: Vec<Part>,
    #[vmstate(gtree)]
    tree: BTreeMap<Part, Part>,
    end: u8,
}

fn whole() -> Whole {
    Whole {
        plain: part(1),
        pinned: Part { b: 0, ..part(2) },
        tmp: part(3),
        boxed: Box::new(part(4)),
        pointers: [Some(Box::new(part(5))), None],
        marked: [Some(Box::new(part(6)))],
        tail: vec![part(7)],
        single: vec![part(8), part(9)],
        tree: BTreeMap::from([(part(10), part(11))]),
        end: 0xee,
    }
}

fn whole_wire() -> String {
    format!(
        "01bb {MORE} 02 {MORE} 03bb {MORE} 04bb {MORE} 05bb {MORE} 30 31 06bb {MORE} 01 07bb {MORE} 00
         01 08bb {MORE} 01 09bb {MORE} 00 00000001 01 0abb {MORE} 0bbb {MORE} 00 ee"
    )
}

/// A destination whose pointers are those of [`whole`]: only it knows which are NULL.
fn destination() -> Whole {
    Whole {
        pointers: [Some(Box::default()), None],
        ..Whole::default()
    }
}

/// Subsections stand right behind their description, whatever holds it; a pinned version is the fields' and not the
/// subsection's.
#[test]
fn look_ahead_behind_every_nested_description() {
    round_trip(whole(), destination(), &whole_wire());
}

/// QEMU's own tests load cut inputs too. No cut is a whole one, and each error says where the input ends.
#[test]
fn every_cut_is_refused() {
    let bytes = hex(&whole_wire());
    for len in 0..bytes.len() {
        let error = load(&mut destination(), &bytes[..len], 1).unwrap_err();
        assert!(
            error.offset().is_some_and(|at| at <= len as u64),
            "{len}: {error}"
        );
        let kinds = [ErrorKind::Truncated, ErrorKind::Count, ErrorKind::Marker];
        assert!(kinds.contains(&error.kind()), "{len}: {error}");
    }
    let mut more = bytes;
    more.push(0);
    let error = load(&mut destination(), &more, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Framing);
}

/// Each failure of a subsection, with QEMU's outcome.
#[test]
fn failures_of_a_subsection() {
    let name = "05 09 706172742f6d6f7265";
    for (wire, kind, message, path) in [
        (
            format!("01bb {name} 00000004 cc dd"),
            ErrorKind::Version,
            "part/more: incoming version_id 4 is too new for local version_id 3",
            "part/more",
        ),
        (
            format!("01bb {name} 00000001 cc"),
            ErrorKind::Version,
            "part/more: incoming version_id 1 is too old for local minimum version_id 2",
            "part/more",
        ),
        (
            format!("01bb {name} 00000002 ff"),
            ErrorKind::Validation,
            "`c` is ff",
            "part/more > post_load",
        ),
        (
            format!("01bb {name} 00000003 cc"),
            ErrorKind::Truncated,
            "the input ends where 1 more byte should be",
            "part/more > d",
        ),
        (
            format!("01bb {name} 0000"),
            ErrorKind::Truncated,
            "the input ends 2 bytes into a value of 4",
            "",
        ),
        (
            "01bb 05 06 706172747a7a 00000001".to_owned(),
            ErrorKind::Unknown,
            "VM subsection 'partzz' in 'part' does not exist",
            "",
        ),
    ] {
        let error = refusal(Part::default(), &wire);
        assert_eq!(
            (error.kind(), error.path().as_str()),
            (kind, path),
            "{error}"
        );
        assert_eq!(error.message(), message);
    }
    let cut_name = refusal(Part::default(), "01bb 05 09 70617274");
    assert_eq!(
        (cut_name.kind(), cut_name.offset()),
        (ErrorKind::Framing, Some(2)),
        "a name that is not all there is none: the body ended before it"
    );
    let old = loaded::<Part>(&format!("01bb {name} 00000002 cc"), 2).unwrap();
    assert_eq!(old.more, Some(PartMore { c: 0xcc, d: 0 }));
}

/// A load is in place: what comes before the failure is the stream's, the rest is as it was.
#[test]
fn what_a_failed_load_leaves() {
    let mut state = whole();
    let error = load(&mut state, &hex("21 22 23 05 01 24 25"), 1).unwrap_err();
    assert_eq!(error.path(), "pointers[0] > a", "{error}");
    let fields = |a, b| Part { a, b, ..part(0) };
    let expected = Whole {
        plain: fields(0x21, 0x22),
        pinned: fields(0x23, 0),
        tmp: fields(5, 1), // a byte 05 that starts no subsection
        boxed: Box::new(fields(0x24, 0x25)),
        ..whole()
    };
    assert_eq!(state, expected);

    let mut state = part(1);
    let more = "05 09 706172742f6d6f7265 00000003";
    let error = load(&mut state, &hex(&format!("02 03 {more} 04")), 2).unwrap_err();
    assert_eq!(error.path(), "part/more > d");
    let half = Some(PartMore { c: 4, d: 0xdd });
    assert_eq!(
        state,
        Part {
            a: 2,
            b: 3,
            more: half
        }
    );
}

/// A refused version leaves everything.
#[test]
fn a_refused_version_changes_nothing() {
    let mut state = part(1);
    for version in [0, 3] {
        assert!(load(&mut state, &hex("02 03"), version).is_err());
        assert_eq!(state, part(1));
    }
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "twin", version = 1)]
struct Outer {
    inner: Inner,
    #[vmstate(subsection)]
    sub: Option<TwinSub>,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "twin", version = 1)]
struct Inner {
    a: u8,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "twin/sub", version = 1)]
struct TwinSub {
    b: u8,
}

/// A description inside one of the same name meets the outer one's subsections first, and does not know them.
#[test]
fn a_description_inside_one_of_its_name() {
    let sub = Some(TwinSub { b: 2 });
    let mut state = Outer {
        inner: Inner { a: 1 },
        sub,
    };
    let bytes = save(&mut state, 1).unwrap();
    let error = load(&mut Outer::default(), &bytes, 1).unwrap_err();
    assert_eq!(
        error.message(),
        "VM subsection 'twin/sub' in 'twin' does not exist"
    );
    assert_eq!((error.path(), error.offset()), ("inner".into(), Some(1)));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "ages", version = 3, minimum_version = 1)]
struct Ages {
    kind: u8,
    #[vmstate(exists = before_3)]
    old: u8,
    #[vmstate(since = 2)]
    middle: Part,
    #[vmstate(since = 2, gtree)]
    tree: BTreeMap<u64, Part>,
    #[vmstate(exists = Self::has_new)]
    new: u8,
}

fn before_3(_: &Ages, version: u32) -> bool {
    version < 3
}

impl Ages {
    fn has_new(&self, version: u32) -> bool {
        version == 3 && self.kind == 7
    }
}

/// Save takes a version: predicates and `since` see it, nested structs stay at their own.
#[test]
fn older_layouts_are_written_as_they_are_read() {
    let state = |kind| Ages {
        kind,
        old: 0x0d,
        middle: Part {
            a: 1,
            b: 2,
            more: None,
        },
        tree: BTreeMap::from([(
            9,
            Part {
                a: 3,
                b: 4,
                more: None,
            },
        )]),
        new: 0x0e,
    };
    let tree = "00000001 01 0000000000000009 03 04 00";
    for (kind, version, wire) in [
        (7, 1, "07 0d".to_owned()),
        (7, 2, format!("07 0d 01 02 {tree}")),
        (7, 3, format!("07 01 02 {tree} 0e")),
        (6, 3, format!("06 01 02 {tree}")),
    ] {
        assert_eq!(
            save(&mut state(kind), version).unwrap(),
            hex(&wire),
            "{kind} at {version}"
        );
        let mut found = Ages::default();
        load(&mut found, &hex(&wire), version).unwrap();
        assert_eq!(save(&mut found, version).unwrap(), hex(&wire));
    }
}
