//! Without a destination each element is read by its own description: that of an array's row, a list's element, a tree's
//! key and value.

use std::collections::BTreeMap;

use vmsd_schema::{save, VmState};

use super::{described, hex, inspected};

/// Two bytes, or one.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "part", version = 1)]
struct Part {
    a: u8,
    #[vmstate(exists = has_b)]
    b: u8,
    #[vmstate(skip)]
    has_b: bool,
}

fn one(a: u8) -> Part {
    let (b, has_b) = (0, false);
    Part { a, b, has_b }
}

fn two(a: u8, b: u8) -> Part {
    let has_b = true;
    Part { a, b, has_b }
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "all", version = 1)]
struct All {
    row: [Part; 3],
    rows: [[Part; 2]; 2],
    #[vmstate(qtailq)]
    list: Vec<Part>,
    #[vmstate(gtree)]
    numbered: BTreeMap<u64, Part>,
    #[vmstate(gtree)]
    keyed: BTreeMap<Part, Part>,
}

#[test]
fn each_element_is_read_by_its_own_description() {
    let mut state = All {
        row: [one(1), two(2, 3), one(4)],
        rows: [[one(1), two(2, 3)], [two(4, 5), one(6)]],
        list: vec![one(1), two(2, 3), one(4)],
        numbered: BTreeMap::from([(1, one(2)), (3, two(4, 5)), (6, one(7))]),
        keyed: BTreeMap::from([
            (one(1), two(2, 3)),
            (two(4, 5), one(6)),
            (two(7, 8), two(9, 10)),
            (one(11), one(12)),
        ]),
    };
    let wire = "01 0203 04  01 0203 0405 06  01 01 01 0203 01 04 00
        00000003 01 0000000000000001 02 01 0000000000000003 0405 01 0000000000000006 07 00
        00000004 01 01 0203 01 0405 06 01 0708 090a 01 0b 0c 00";
    assert_eq!(save(&mut state, 1).unwrap(), hex(wire));
    let description = described(&mut state);
    let (found, _) = inspected(All::default(), wire, Some(&description));
    assert_eq!(found, state);
}
