//! How many elements a field has: `len`, `range`, and what meets a length from the wire.

use vmsd_schema::codec::Each;
use vmsd_schema::schema::Count;
use vmsd_schema::{describe, load, save, Dialect, ErrorKind, Timer, Unused, VmState};

use super::{described, entries, hex, inspected, loaded, refusal, round_trip};

macro_rules! counted_by {
    ($($test:ident, $int:ty, $one:literal;)*) => {$(
        #[test]
        fn $test() {
            #[derive(Debug, Default, PartialEq, VmState)]
            #[vmstate(name = "varray", version = 1)]
            struct Varray {
                num: $int,
                #[vmstate(len = num)]
                all: Vec<u16>,
            }
            let state = Varray { num: 1, all: vec![0x0a0b] };
            round_trip(state, Varray::default(), concat!($one, "0a0b"));
            let none = Varray::default();
            assert_eq!(loaded::<Varray>(&$one.replace('1', "0"), 1).unwrap(), none);
            assert_eq!(
                Varray::schema().fields[1].count,
                Count::Field { name: "num".to_owned(), times: 1 }
            );
        }
    )*};
}

counted_by! {
    len_u8, u8, "01";
    len_u16, u16, "0001";
    len_u32, u32, "00000001";
    len_i32, i32, "00000001";
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "signed", version = 1)]
struct Signed {
    num: i32,
    #[vmstate(len = num)]
    all: [u8; 4],
}

/// QEMU takes a negative count for none; a typed load refuses it.
#[test]
fn a_negative_length_is_refused() {
    let error = refusal(Signed::default(), "ffffffff");
    assert_eq!(error.kind(), ErrorKind::Count);
    assert_eq!(
        error.to_string(),
        "`num` is -1, and a length cannot be negative (at offset 0x4, in all)"
    );
    let mut state = Signed {
        num: -1,
        all: [0; 4],
    };
    assert_eq!(save(&mut state, 1).unwrap_err().kind(), ErrorKind::Count);
}

/// A fixed array has a capacity, at load and at save.
#[test]
fn a_length_above_the_capacity_is_refused() {
    let error = refusal(Signed::default(), "00000005 0102030405");
    assert_eq!(error.kind(), ErrorKind::Count);
    assert_eq!(error.message(), "`num` is 5, and the field holds 4 at most");
    let mut state = Signed {
        num: 5,
        all: [0; 4],
    };
    let error = save(&mut state, 1).unwrap_err();
    assert_eq!(error.message(), "`num` is 5, and the field holds 4");
    let part = Signed {
        num: 2,
        all: [1, 2, 0, 0],
    };
    round_trip(part, Signed::default(), "00000002 0102");
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "huge", version = 1)]
struct Huge {
    num: u32,
    #[vmstate(len = num)]
    all: Vec<u64>,
}

/// The bytes that are left bound what a count may allocate.
#[test]
fn a_huge_length_allocates_nothing() {
    let mut state = Huge::default();
    let error = load(&mut state, &hex("ffffffff 0000000000000001"), 1).unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Count, Some(4)));
    assert_eq!(error.path(), "all");
    assert_eq!(state.all.capacity(), 0);
    let error = refusal(Huge::default(), "00000002 0000000000000001");
    assert_eq!(error.message(), "`num` is 2, and 8 bytes of input are left");
}

/// Structs that sent nothing take no bytes, yet not any number of them fits.
#[test]
fn elements_without_bytes_are_bounded_too() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "silent", version = 1)]
    struct Silent {
        #[vmstate(exists = never)]
        a: u8,
    }
    fn never(_: &Silent, _: u32) -> bool {
        false
    }
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "silents", version = 1)]
    struct Silents {
        num: u32,
        #[vmstate(len = num)]
        all: Vec<Silent>,
    }
    assert_eq!(loaded::<Silents>("00000005", 1).unwrap().all.len(), 5);
    let error = refusal(Silents::default(), "7fffffff");
    assert_eq!(error.kind(), ErrorKind::Count);
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "product", version = 1)]
struct Product {
    blocks: u8,
    #[vmstate(len = blocks * 3)]
    all: Vec<u16>,
    #[vmstate(buffer, len = blocks * 2)]
    bytes: Vec<u8>,
}

/// `VARRAY_MULTIPLY`, `VBUFFER_MULTIPLY`.
#[test]
fn len_times_a_constant() {
    let state = Product {
        blocks: 1,
        all: vec![1, 2, 3],
        bytes: vec![4, 5],
    };
    round_trip(state, Product::default(), "01 0001 0002 0003 04 05");
    let error = refusal(Product::default(), "02 0001");
    assert_eq!(
        error.message(),
        "`blocks` is 2, times 3, and 2 bytes of input are left"
    );
    assert!(matches!(
        Product::schema().fields[1].count,
        Count::Field { times: 3, .. }
    ));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "inner", version = 1)]
struct Inner {
    num: u8,
}

/// A length may live in a struct that was loaded before.
#[test]
fn len_in_a_nested_struct() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "outer", version = 1)]
    struct Outer {
        inner: Inner,
        #[vmstate(len = inner.num)]
        all: Vec<u8>,
    }
    let state = Outer {
        inner: Inner { num: 2 },
        all: vec![7, 8],
    };
    round_trip(state, Outer::default(), "02 07 08");
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "parts", version = 1)]
struct Parts {
    #[vmstate(range = 1..3)]
    middle: [u16; 4],
    #[vmstate(buffer, range = ..2)]
    start: [u8; 4],
    #[vmstate(buffer, range = 2..)]
    end: Box<[u8; 4]>,
    #[vmstate(range = 1..=1)]
    states: [Inner; 2],
}

/// `SUB_ARRAY`, `PARTIAL_BUFFER`, `BUFFER_START_MIDDLE`, `STRUCT_SUB_ARRAY`: the rest keeps what it holds.
#[test]
fn range() {
    let mut state = Parts {
        middle: [1, 2, 3, 4],
        start: [5, 6, 7, 8],
        end: Box::new([9, 10, 11, 12]),
        states: [Inner { num: 13 }, Inner { num: 14 }],
    };
    let wire = "0002 0003 05 06 0b 0c 0e";
    assert_eq!(save(&mut state, 1).unwrap(), hex(wire));
    let found = loaded::<Parts>(wire, 1).unwrap();
    assert_eq!(found.middle, [0, 2, 3, 0]);
    assert_eq!(found.start, [5, 6, 0, 0]);
    assert_eq!(*found.end, [0, 0, 11, 12]);
    assert_eq!(found.states, [Inner { num: 0 }, Inner { num: 14 }]);
    assert_eq!(
        entries(&described(&mut state)),
        [
            "middle:uint16×2/2",
            "start:buffer/2",
            "end:buffer/2",
            "states:struct/1"
        ]
    );
    let counts: Vec<_> = Parts::schema()
        .fields
        .into_iter()
        .map(|f| f.count)
        .collect();
    assert_eq!(counts, [2, 2, 2, 1].map(Count::Fixed));
}

/// A range of a vector that is too short is an error, not a panic.
#[test]
fn a_range_past_the_field() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "short", version = 1)]
    struct Short {
        #[vmstate(range = 0..2)]
        all: Vec<u8>,
    }
    assert_eq!(refusal(Short::default(), "01 02").kind(), ErrorKind::Count);
}

/// Words for elements reach through `len` and through rows.
#[test]
fn element_words_on_slices() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "slices", version = 1)]
    struct Slices {
        num: u8,
        #[vmstate(timer, len = num)]
        timers: [i64; 2],
        #[vmstate(timer, range = 1..)]
        rows: [[i64; 2]; 2],
        #[vmstate(equal, len = num)]
        ids: Vec<u8>,
        #[vmstate(len = num)]
        plain: Vec<Timer>,
    }
    let state = || Slices {
        num: 1,
        timers: [1, 0],
        rows: [[0, 0], [2, 3]],
        ids: vec![7],
        plain: vec![Timer { deadline: None }],
    };
    let wire = "01 0000000000000001 0000000000000002 0000000000000003 07 ffffffffffffffff";
    round_trip(state(), state(), wire);
}

/// `with` on a counted field takes the codec of the slice.
#[test]
fn a_codec_of_a_slice() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "custom", version = 1)]
    struct Custom {
        num: u8,
        #[vmstate(with = Each<vmsd_schema::codec::CpuDouble>, len = num)]
        all: Vec<u64>,
    }
    let state = Custom {
        num: 1,
        all: vec![2],
    };
    round_trip(state, Custom::default(), "01 0000000000000002");
}

/// `UNUSED_VARRAY`: as many stretches of zeros as another field says.
#[test]
fn unused_bytes_by_another_field() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "gone", version = 1)]
    struct Gone {
        num: u32,
        #[vmstate(len = num)]
        _old: Vec<Unused<3>>,
        a: u8,
    }
    let mut state = Gone {
        num: 2,
        _old: vec![Unused; 2],
        a: 5,
    };
    let zeros = "00000002 000000000000 05";
    assert_eq!(save(&mut state, 1).unwrap(), hex(zeros));
    assert_eq!(
        loaded::<Gone>("00000002 010203040506 05", 1).unwrap(),
        state
    );
    let old = describe(&mut state, Dialect::Qemu7_2, 1)
        .unwrap()
        .description;
    assert_eq!(entries(&old)[1], "unused:unused_buffer×2/3");
}

/// A length that is sent behind its elements, to be compared, is the destination's own.
#[test]
fn a_length_that_is_compared_later() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "late", version = 1)]
    struct Late {
        #[vmstate(len = num)]
        all: Vec<u8>,
        #[vmstate(equal)]
        num: u8,
    }
    let mut state = Late {
        all: vec![1, 2],
        num: 2,
    };
    let start = || Late {
        all: Vec::new(),
        num: 2,
    };
    assert_eq!(refusal(start(), "01 02 03").message(), "2 != 3");
    let description = described(&mut state);
    let (found, notes) = inspected(Late::default(), "01 02 02", Some(&description));
    assert_eq!((found, notes.len()), (state, 0));
    round_trip(
        Late {
            all: vec![1, 2],
            num: 2,
        },
        start(),
        "01 02 02",
    );
}
