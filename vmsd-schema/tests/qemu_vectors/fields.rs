//! Scalars, versions and predicates.

use vmsd_schema::{save, VmState};

use super::{hex, loads, saves, vector};

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "simple/primitive", version = 1)]
struct Simple {
    b_1: bool,
    b_2: bool,
    u8_1: u8,
    u16_1: u16,
    u32_1: u32,
    u64_1: u64,
    i8_1: i8,
    i8_2: i8,
    i16_1: i16,
    i16_2: i16,
    i32_1: i32,
    i32_2: i32,
    i64_1: i64,
    i64_2: i64,
}

#[test]
fn simple_primitive() {
    let full = Simple {
        b_1: true,
        b_2: false,
        u8_1: 130,
        u16_1: 512,
        u32_1: 70_000,
        u64_1: 12_121_212,
        i8_1: 65,
        i8_2: -65,
        i16_1: 512,
        i16_2: -512,
        i32_1: 70_000,
        i32_2: -70_000,
        i64_1: 12_121_212,
        i64_2: -12_121_212,
    };
    let wire = "01 00 82 0200 00011170 0000000000b8f47c 41 bf 0200 fe00 \
                00011170 fffeee90 0000000000b8f47c ffffffffff470b84";
    vector(&Simple::default(), &full, wire);
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "simple/array", version = 1)]
struct SimpleArray {
    u16_1: [u16; 3],
}

#[test]
fn simple_array() {
    let full = SimpleArray {
        u16_1: [0x42, 0x43, 0x44],
    };
    vector(&SimpleArray::default(), &full, "0042 0043 0044");
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/versioned", version = 2, minimum_version = 1)]
struct Versioned {
    a: u32,
    #[vmstate(since = 2)]
    b: u32,
    c: u32,
    d: u64,
    #[vmstate(since = 2)]
    e: u32,
    #[vmstate(since = 2)]
    f: u64,
}

impl Versioned {
    fn of([a, b, c, d, e, f]: [u32; 6]) -> Self {
        Self {
            a,
            b,
            c,
            d: d.into(),
            e,
            f: f.into(),
        }
    }
}

#[test]
fn versioned_load_v1() {
    let start = Versioned::of([0, 200, 0, 0, 500, 600]);
    let full = Versioned::of([10, 200, 30, 40, 500, 600]);
    let wire = "0000000a 0000001e 0000000000000028";
    loads(&start, wire, 1, &full);
    assert_eq!(save(&mut full.clone(), 1).unwrap(), hex(wire));
}

#[test]
fn versioned_load_v2() {
    let full = Versioned::of([10, 20, 30, 40, 50, 60]);
    let wire = "0000000a 00000014 0000001e 0000000000000028 00000032 000000000000003c";
    vector(&Versioned::default(), &full, wire);
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/skip", version = 2, minimum_version = 1)]
struct Skipping {
    a: u32,
    b: u32,
    #[vmstate(exists = Self::keeps_c_and_e)]
    c: u32,
    d: u64,
    #[vmstate(exists = Self::keeps_c_and_e)]
    e: u32,
    #[vmstate(since = 2)]
    f: u64,
    #[vmstate(skip)]
    skip_c_e: bool,
}

impl Skipping {
    fn keeps_c_and_e(&self, _version: u32) -> bool {
        !self.skip_c_e
    }

    fn of(skip_c_e: bool, [a, b, c, d, e, f]: [u32; 6]) -> Self {
        Self {
            a,
            b,
            c,
            d: d.into(),
            e,
            f: f.into(),
            skip_c_e,
        }
    }
}

#[test]
fn field_exists_noskip() {
    let full = Skipping::of(false, [1, 2, 3, 4, 5, 6]);
    let wire = "00000001 00000002 00000003 0000000000000004 00000005 0000000000000006";
    vector(&Skipping::of(false, [0; 6]), &full, wire);
}

#[test]
fn field_exists_skip() {
    let wire = "00000001 00000002 0000000000000004 0000000000000006";
    saves(Skipping::of(true, [1, 2, 3, 4, 5, 6]), wire);
    let start = Skipping::of(true, [0, 0, 300, 0, 500, 0]);
    let full = Skipping::of(true, [1, 2, 300, 4, 500, 6]);
    loads(&start, wire, 2, &full);
}
