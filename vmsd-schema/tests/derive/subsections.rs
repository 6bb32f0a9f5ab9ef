//! Subsections and the look-ahead for them (`vmstate_subsection_load`).

use vmsd_schema::{load, save, ErrorKind, VmState};

use super::{described, hex, inspected, loaded, refusal, round_trip};

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    a: u8,
    #[vmstate(subsection)]
    x: Option<DevX>,
    #[vmstate(subsection)]
    y: Option<DevY>,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "dev/x", version = 2, minimum_version = 1)]
struct DevX {
    b: u8,
    #[vmstate(since = 2)]
    c: u8,
    #[vmstate(subsection)]
    deep: Option<DevXDeep>,
}

/// No separator is asked for: `pckbd` has `pckbd_outport`.
#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "devy", version = 1)]
struct DevY {
    d: u8,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "dev/x/deep", version = 1)]
struct DevXDeep {
    e: u8,
}

/// `05`, the counted name and the version, as text of hex.
fn header(name: &str, version: u32) -> String {
    let digits: String = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("05 {:02x} {digits} {version:08x} ", name.len())
}

fn dev() -> Dev {
    let deep = Some(DevXDeep { e: 4 });
    Dev {
        a: 1,
        x: Some(DevX { b: 2, c: 3, deep }),
        y: Some(DevY { d: 5 }),
    }
}

fn dev_wire() -> String {
    let (x, deep, y) = (
        header("dev/x", 2),
        header("dev/x/deep", 1),
        header("devy", 1),
    );
    format!("01 {x} 02 03 {deep} 04 {y} 05")
}

/// `.subsections`, `.needed`: present is needed; written in the order of the table, read in any.
#[test]
fn order() {
    round_trip(dev(), Dev::default(), &dev_wire());
    let swapped = format!("01 {} 05 {} 02 03", header("devy", 1), header("dev/x", 2));
    let found = loaded::<Dev>(&swapped, 1).unwrap();
    assert_eq!(
        (found.y, found.x.map(|x| x.b)),
        (Some(DevY { d: 5 }), Some(2))
    );
    round_trip(
        Dev {
            a: 1,
            ..Dev::default()
        },
        Dev::default(),
        "01",
    );
}

/// What did not come keeps what the destination holds.
#[test]
fn a_missing_subsection_changes_nothing() {
    let mut state = dev();
    load(&mut state, &hex("09"), 1).unwrap();
    assert_eq!(state, Dev { a: 9, ..dev() });
}

#[test]
fn an_unknown_subsection_is_refused() {
    let error = refusal(Dev::default(), &format!("01 {}", header("dev/zzz", 1)));
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::Unknown, Some(1))
    );
    assert_eq!(
        error.message(),
        "VM subsection 'dev/zzz' in 'dev' does not exist"
    );
}

/// QEMU keeps the version in a byte.
#[test]
fn version_257_is_taken_as_1() {
    let old = loaded::<Dev>(&format!("01 {} 02", header("dev/x", 257)), 1).unwrap();
    assert_eq!(old.x.map(|x| (x.b, x.c)), Some((2, 0)));
    let error = refusal(Dev::default(), &format!("01 {} 02", header("dev/x", 3)));
    assert_eq!(
        error.message(),
        "dev/x: incoming version_id 3 is too new for local version_id 2"
    );
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::Version, "dev/x".into())
    );
    assert!(
        loaded::<Dev>(&format!("01 {} 02", header("dev/x", 256)), 1).is_err(),
        "that is 0"
    );
}

/// A second one loads over the first.
#[test]
fn duplicates_load_twice() {
    let (one, two) = (header("dev/x", 2), header("dev/x", 1));
    let found = loaded::<Dev>(&format!("01 {one} 02 03 {two} 04"), 1).unwrap();
    assert_eq!(found.x.map(|x| (x.b, x.c)), Some((4, 3)));
}

/// A byte 05 that starts no subsection of this device belongs to what follows.
#[test]
fn a_byte_05_that_is_no_subsection() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "pair", version = 1)]
    struct Pair {
        dev: Dev,
        next: [u8; 8],
    }
    for next in [
        "05 03 646576 000000", // as long as the parent's name: not longer
        "05 05 6f74686572 00", // another name
        "05 ff 646576 000000", // a name longer than what is left
        "05 00 000000000000",  // no name
    ] {
        let found = loaded::<Pair>(&format!("01 {next}"), 1).unwrap();
        assert_eq!((found.dev.a, found.next.to_vec()), (1, hex(next)));
    }
    // The name's start alone decides, wherever the bytes come from.
    let error = refusal(Pair::default(), "01 05 04 64657671 0000");
    assert_eq!(
        error.message(),
        "VM subsection 'devq' in 'dev' does not exist"
    );
    assert!(loaded::<Dev>("01 05", 1).unwrap_err().kind() == ErrorKind::Framing);
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "board", version = 1)]
struct Board {
    devs: [Dev; 2],
    num: u8,
    #[vmstate(len = num)]
    more: Vec<Dev>,
    last: Dev,
    end: u8,
}

/// The look-ahead runs after every description: in structs, in elements, before the parent's next field.
#[test]
fn inside_nested_structs_and_elements() {
    let plain = |a| Dev {
        a,
        ..Dev::default()
    };
    let state = || Board {
        devs: [dev(), plain(7)],
        num: 1,
        more: vec![dev()],
        last: dev(),
        end: 9,
    };
    let one = dev_wire();
    round_trip(
        state(),
        Board::default(),
        &format!("{one} 07 01 {one} {one} 09"),
    );
    let error = refusal(Board::default(), &format!("01 {} 02", header("dev/x", 2)));
    assert_eq!(error.path(), "devs[0] > dev/x > c");
    let description = described(&mut state());
    let first = description.fields[0].structure().unwrap();
    assert_eq!(
        first.subsection("dev/x").unwrap().subsections[0].vmsd_name,
        "dev/x/deep"
    );
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "vhost-user-fs", version = 1)]
struct Foreign {
    a: u8,
    #[vmstate(subsection, foreign_name)]
    other: Option<ForeignOther>,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "backend", version = 1)]
struct ForeignOther {
    b: u8,
}

/// A name that does not start with the parent's is written, and a destination does not see it: QEMU fails at its
/// bytes. Without a destination it is read.
#[test]
fn foreign_name() {
    let mut state = Foreign {
        a: 1,
        other: Some(ForeignOther { b: 2 }),
    };
    let wire = format!("01 {} 02", header("backend", 1));
    assert_eq!(save(&mut state, 1).unwrap(), hex(&wire));
    let error = refusal(Foreign::default(), &wire);
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::Framing, Some(1))
    );
    let (found, _) = inspected(Foreign::default(), &wire, None);
    assert_eq!(found, state);
}

/// The static schema lists them all, present or not.
#[test]
fn in_the_schema() {
    let schema = Dev::schema();
    let names: Vec<_> = schema.subsections.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["dev/x", "devy"]);
    assert_eq!(schema.subsections[0].subsections[0].name, "dev/x/deep");
    assert_eq!(Dev::SUBSECTIONS, ["dev/x", "devy"]);
    const { assert!(!Dev::COMPRESSIBLE && DevY::COMPRESSIBLE) };
}
