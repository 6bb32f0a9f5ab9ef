//! Lengths that are never sent: the destination has them, or the description tells them.

use vmsd_schema::{save, VmState};

use super::{described, hex, inspected, loaded};

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "inner", version = 1)]
struct Inner {
    num: u8,
}

#[derive(Debug, PartialEq, VmState)]
#[vmstate(name = "local", version = 1, default)]
struct Local {
    #[vmstate(len = num)]
    words: Vec<u16>,
    #[vmstate(buffer, len = size)]
    bytes: Vec<u8>,
    #[vmstate(bitmap, len = bits)]
    map: Vec<u64>,
    #[vmstate(skip, default = 1)]
    num: u32,
    #[vmstate(skip)]
    size: i32,
    #[vmstate(skip)]
    bits: u64,
}

/// A length that is never sent is the destination's own; without a destination the description tells it.
#[test]
fn a_length_that_is_never_sent() {
    let mut state = Local {
        words: vec![1, 2],
        bytes: vec![3, 4, 5],
        map: vec![6],
        num: 2,
        size: 3,
        bits: 33,
    };
    let wire = "0001 0002 030405 0000000000000006";
    assert_eq!(save(&mut state, 1).unwrap(), hex(wire));
    let description = described(&mut state);
    let (found, _) = inspected(Local::default(), wire, Some(&description));
    assert_eq!((found.num, found.size, found.bits), (2, 3, 64));
    assert_eq!((found.words, found.bytes), (state.words, state.bytes));

    let own = loaded::<Local>("000a", 1).unwrap();
    assert_eq!((own.words, own.num), (vec![10], 1));
    let (own, _) = inspected(Local::default(), "000a", None);
    assert_eq!(own.words, [10]);
}

/// As above for marked pointers, whose description has an entry for each marker.
#[test]
fn a_length_of_marked_pointers_that_is_never_sent() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "queues", version = 1)]
    struct Queues {
        #[vmstate(marked, len = num)]
        all: Vec<Option<Box<Inner>>>,
        #[vmstate(skip)]
        num: u32,
    }
    let one = || Some(Box::new(Inner { num: 7 }));
    let mut state = Queues {
        all: vec![one(), None, one()],
        num: 3,
    };
    let description = described(&mut state);
    let (found, _) = inspected(Queues::default(), "31 07 30 31 07", Some(&description));
    assert_eq!(found, state);
}
