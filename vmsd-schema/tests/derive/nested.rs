//! Structs in structs: their versions, arrays of them, `struct_version`, generics.

use vmsd_schema::schema::{Body, Shape};
use vmsd_schema::{describe, save, Dialect, ErrorKind, Field, VmState};

use super::{described, entries, hex, loaded, refusal, round_trip};

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "child", version = 2, minimum_version = 1)]
struct Child {
    a: u8,
    #[vmstate(since = 2)]
    b: u8,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "parent", version = 3, minimum_version = 1)]
struct Parent {
    child: Child,
    #[vmstate(since = 3)]
    tail: u8,
}

fn parent() -> Parent {
    Parent {
        child: Child { a: 1, b: 2 },
        tail: 3,
    }
}

/// `STRUCT`: no version on the wire; the child is at its own, whatever the parent's.
#[test]
fn a_struct_is_at_its_own_version() {
    round_trip(parent(), Parent::default(), "01 02 03");
    assert_eq!(save(&mut parent(), 1).unwrap(), hex("01 02"));
    assert_eq!(loaded::<Parent>("01 02", 1).unwrap().child, parent().child);
    let error = refusal(Parent::default(), "01");
    assert_eq!(error.kind(), ErrorKind::Truncated);
    assert_eq!(
        error.to_string(),
        "the input ends where 1 more byte should be (at offset 0x1, in child > b)"
    );
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "pinning", version = 1)]
struct Pinning {
    #[vmstate(struct_version = 1)]
    one: Child,
    #[vmstate(struct_version = 1)]
    more: [Child; 2],
    #[vmstate(struct_version = 2)]
    new: Child,
}

/// `VSTRUCT`: a struct at a pinned version.
#[test]
fn struct_version() {
    let child = |a| Child { a, b: 0 };
    let state = Pinning {
        one: child(1),
        more: [child(2), child(3)],
        new: Child { a: 4, b: 5 },
    };
    round_trip(state, Pinning::default(), "01 02 03 04 05");
    let description = described(&mut Pinning::default());
    assert_eq!(
        entries(&description),
        ["one:vstruct/1", "more:vstruct×2/1", "new:vstruct/2"]
    );
    let Body::Inline(inner) = &description.fields[0].body else {
        panic!("a vstruct stands in the field's own object");
    };
    assert_eq!((inner[0].version, inner[0].fields.len()), (1, 1));
    assert!(matches!(
        Pinning::schema().fields[2].shape,
        Shape::VStruct(_, 2)
    ));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "arrays", version = 1)]
struct Arrays {
    one: [Child; 2],
    two: [[Child; 1]; 2],
    num: u8,
    #[vmstate(len = num)]
    counted: Vec<Child>,
}

/// `STRUCT_ARRAY`, `STRUCT_2DARRAY`, `STRUCT_VARRAY`.
#[test]
fn arrays_of_structs() {
    let child = |a| Child { a, b: 0xbb };
    let state = || Arrays {
        one: [child(1), child(2)],
        two: [[child(3)], [child(4)]],
        num: 1,
        counted: vec![child(5)],
    };
    round_trip(state(), Arrays::default(), "01bb 02bb 03bb 04bb 01 05bb");
    assert_eq!(
        entries(&described(&mut state())),
        [
            "one:struct×2/2",
            "two:struct×2/2",
            "num:uint8/1",
            "counted:struct/2"
        ]
    );
    let error = refusal(Arrays::default(), "01bb 02bb 03bb 04");
    assert_eq!(error.path(), "two[1][0] > b");
}

/// A struct whose fields are conditional is described element by element: `uncompressed` says so where nothing shows it.
#[test]
fn uncompressed() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "plain", version = 1)]
    struct Plain {
        #[vmstate(uncompressed)]
        all: [Child; 2],
        #[vmstate(exists = Self::always)]
        some: [u8; 2],
    }
    impl Plain {
        fn always(&self, _: u32) -> bool {
            true
        }
    }
    let mut state = Plain::default();
    let mut shown = |dialect| entries(&describe(&mut state, dialect, 1).unwrap().description);
    assert_eq!(
        shown(Dialect::Qemu7_2),
        [
            "all:struct@0/2",
            "all:struct@1/2",
            "some:uint8@0/1",
            "some:uint8@1/1"
        ]
    );
    assert_eq!(
        shown(Dialect::Qemu10_0),
        [
            "all:struct@0/2",
            "all:struct/2",
            "some:uint8@0/1",
            "some:uint8/1"
        ]
    );
    assert_eq!(
        shown(Dialect::Qemu11_1),
        [
            "all:struct/2",
            "all:struct/2",
            "some:uint8/1",
            "some:uint8/1"
        ]
    );
    const { assert!(!Plain::COMPRESSIBLE && Child::COMPRESSIBLE) };
}

/// A struct with parameters: the bounds are the user's.
#[derive(Debug, PartialEq, VmState)]
#[vmstate(name = "ring", version = 1, default)]
struct Ring<T, const N: usize>
where
    T: Field + Default,
{
    head: u8,
    #[vmstate(max = N)]
    used: u16,
    slots: [T; N],
    num: u8,
    #[vmstate(len = num)]
    more: Vec<T>,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "rings", version = 1)]
struct Rings<S: VmState + Default> {
    words: Ring<u16, 2>,
    #[vmstate(qtailq)]
    states: Vec<S>,
    #[vmstate(struct_version = 2)]
    pinned: S,
    #[vmstate(subsection)]
    extra: Option<RingsExtra<S>>,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "rings/extra", version = 1)]
struct RingsExtra<S: VmState> {
    state: S,
}

/// `UINTTL` and the like: what differs by target is a parameter or an alias.
#[test]
fn generics() {
    let child = |a| Child { a, b: 0xbb };
    let state = || Rings {
        words: Ring {
            head: 1,
            used: 2,
            slots: [3, 4],
            num: 1,
            more: vec![5],
        },
        states: vec![child(6)],
        pinned: child(7),
        extra: Some(RingsExtra { state: child(8) }),
    };
    let wire =
        "01 0002 0003 0004 01 0005 01 06bb 00 07bb 05 0b 72696e67732f6578747261 00000001 08bb";
    round_trip(state(), Rings::default(), wire);
    assert_eq!(Ring::<u16, 2>::MIN_SIZE, 8);
}

type TargetUlong = u64;

/// `UINTTL`: an alias chosen by the target.
#[test]
fn uinttl() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "cpu", version = 1)]
    struct Cpu {
        regs: [TargetUlong; 2],
    }
    let mut state = Cpu { regs: [1, 2] };
    assert_eq!(entries(&described(&mut state)), ["regs:uint64×2/8"]);
    round_trip(state, Cpu::default(), "0000000000000001 0000000000000002");
}
