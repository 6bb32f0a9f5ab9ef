//! Pointers, queues, trees, lists and temporaries.

use std::collections::BTreeMap;

use vmsd_schema::{load, ErrorKind, Result, VmState};

use super::{hex, loads, vector};

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test_vmstate_element", version = 1)]
struct Number {
    i: i32,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/array_of_pointers_to_struct", version = 1)]
struct Pointers {
    ar: [Option<Box<Number>>; 4],
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/array_of_pointers_to_prim", version = 1)]
struct PrimitivePointers {
    ar: [Option<Box<i32>>; 4],
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/arps_with_nulls", version = 1)]
struct MarkedPointers {
    #[vmstate(marked)]
    ar: [Option<Box<Number>>; 4],
}

fn pointers<T>(values: [Option<i32>; 4], make: impl Fn(i32) -> T) -> [Option<Box<T>>; 4] {
    values.map(|value| value.map(|i| Box::new(make(i))))
}

fn numbers(values: [Option<i32>; 4]) -> [Option<Box<Number>>; 4] {
    pointers(values, |i| Number { i })
}

#[test]
fn array_ptr_str_no0() {
    let start = Pointers {
        ar: numbers([Some(0); 4]),
    };
    let full = Pointers {
        ar: numbers([Some(0), Some(1), Some(2), Some(3)]),
    };
    vector(&start, &full, "00000000 00000001 00000002 00000003");
}

#[test]
fn array_ptr_str_0() {
    let start = Pointers {
        ar: numbers([Some(0), None, Some(0), Some(0)]),
    };
    let full = Pointers {
        ar: numbers([Some(0), None, Some(2), Some(3)]),
    };
    vector(&start, &full, "00000000 30 00000002 00000003");
}

#[test]
fn array_ptr_prim_0() {
    let start = PrimitivePointers {
        ar: pointers([Some(0), None, Some(0), Some(0)], |i| i),
    };
    let full = PrimitivePointers {
        ar: pointers([Some(0), None, Some(2), Some(3)], |i| i),
    };
    vector(&start, &full, "00000000 30 00000002 00000003");
}

/// 11.x: the wire decides which elements are there, whatever the destination has.
#[test]
fn array_ptr_auto_alloc_with_nulls() {
    let full = MarkedPointers {
        ar: numbers([Some(0), None, Some(2), Some(3)]),
    };
    let wire = "31 00000000 30 31 00000002 31 00000003";
    vector(&MarkedPointers::default(), &full, wire);
    let other = MarkedPointers {
        ar: numbers([None, Some(9), None, None]),
    };
    loads(&other, wire, 1, &full);
}

#[test]
fn array_ptr_unexpected_marker() {
    let wire = hex("31 00000000 32 31 00000002 31 00000003");
    let error = load(&mut MarkedPointers::default(), &wire, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Marker);
    assert_eq!(error.message(), "unexpected ptr marker: 50");
    assert_eq!((error.offset(), error.path()), (Some(5), "ar[1]".into()));
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/queue", version = 1)]
struct QueueElement {
    b: bool,
    u: u8,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/q", version = 1)]
struct Queue {
    i16: i16,
    #[vmstate(qtailq, since = 1)]
    q: Vec<QueueElement>,
    i32: i32,
}

#[test]
fn tail_queue() {
    let full = Queue {
        i16: -512,
        q: vec![
            QueueElement { b: true, u: 130 },
            QueueElement { b: false, u: 65 },
        ],
        i32: 70_000,
    };
    vector(
        &Queue::default(),
        &full,
        "fe00 01 01 82 01 00 41 00 00011170",
    );
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "interval", version = 1)]
struct Interval {
    low: u64,
    high: u64,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "mapping", version = 1)]
struct Mapping {
    phys_addr: u64,
    flags: u32,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "domain", version = 1)]
struct Domain {
    id: i32,
    #[vmstate(gtree, since = 1)]
    mappings: BTreeMap<Interval, Mapping>,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "iommu", version = 1)]
struct Iommu {
    id: i32,
    #[vmstate(gtree, since = 1)]
    domains: BTreeMap<u64, Domain>,
}

fn domain<const N: usize>(id: i32, mappings: [(u64, u64, u64, u32); N]) -> Domain {
    let node =
        |(low, high, phys_addr, flags)| (Interval { low, high }, Mapping { phys_addr, flags });
    Domain {
        id,
        mappings: mappings.into_iter().map(node).collect(),
    }
}

fn first_domain() -> Domain {
    domain(
        6,
        [(0x1000, 0x1fff, 0xa000, 1), (0x4000, 0x4fff, 0xe0000, 2)],
    )
}

const FIRST_DOMAIN: &str = "00000006 00000002 \
    01 0000000000001000 0000000000001fff 000000000000a000 00000001 \
    01 0000000000004000 0000000000004fff 00000000000e0000 00000002 00";

#[test]
fn gtree_domain() {
    assert_eq!(hex(FIRST_DOMAIN).len(), 67);
    vector(&Domain::default(), &first_domain(), FIRST_DOMAIN);
}

#[test]
fn gtree_iommu() {
    let fifth = domain(5, [(0x0100_0000, 0x01ff_ffff, 0x0f00_0000, 3)]);
    let full = Iommu {
        id: 7,
        domains: BTreeMap::from([(5, fifth), (6, first_domain())]),
    };
    let wire = format!(
        "00000007 00000002 01 0000000000000005 \
         00000005 00000001 01 0000000001000000 0000000001ffffff 000000000f000000 00000003 00 \
         01 0000000000000006 {FIRST_DOMAIN} 00"
    );
    assert_eq!(hex(&wire).len(), 132);
    vector(&Iommu::default(), &full, &wire);
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/queue list", version = 1)]
struct ListElement {
    id: u32,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/container", version = 1)]
struct ListContainer {
    id: u32,
    #[vmstate(qlist, since = 1)]
    list: Vec<ListElement>,
}

#[test]
fn list() {
    let full = ListContainer {
        id: 1,
        list: [0x0a, 0x0b00, 0x000c_0000, 0x0d00_0000]
            .map(|id| ListElement { id })
            .to_vec(),
    };
    let wire = "00000001 01 0000000a 01 00000b00 01 000c0000 01 0d000000 00";
    vector(&ListContainer::default(), &full, wire);
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/tmp_child_parent", version = 0)]
struct TmpParent {
    f: u64,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/tmp_child", version = 0)]
struct TmpChild {
    diff: i64,
    parent: TmpParent,
}

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "test/with_tmp", version = 1, pre_save = Self::fill, post_load = Self::take)]
struct WithTmp {
    a: u32,
    d: u64,
    #[vmstate(tmp)]
    tmp: TmpChild,
    #[vmstate(skip)]
    b: u32,
    #[vmstate(skip)]
    f: u64,
}

impl WithTmp {
    fn fill(&mut self) -> Result<()> {
        self.tmp.diff = i64::from(self.b) - i64::from(self.a);
        self.tmp.parent.f = self.f;
        Ok(())
    }

    fn take(&mut self, _version: u32) -> Result<()> {
        let tmp = std::mem::take(&mut self.tmp);
        self.b = u32::try_from(i64::from(self.a) + tmp.diff).unwrap();
        self.f = tmp.parent.f;
        Ok(())
    }
}

#[test]
fn tmp_struct() {
    let full = WithTmp {
        a: 2,
        d: 1,
        b: 4,
        f: 8,
        ..WithTmp::default()
    };
    let wire = "00000002 0000000000000001 0000000000000002 0000000000000008";
    vector(&WithTmp::default(), &full, wire);
}
