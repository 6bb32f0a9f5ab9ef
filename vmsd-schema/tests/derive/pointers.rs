//! Arrays of pointers that may be NULL, unmarked and marked.

use vmsd_schema::{Timer, VmState};

use super::{refusal, round_trip};

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "small", version = 1)]
struct Small {
    a: u8,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "pointers", version = 1)]
struct Pointers {
    states: [Option<Box<Small>>; 3],
    timers: [Option<Box<Timer>>; 2],
}

/// `ARRAY_OF_POINTER`: the destination knows which are NULL.
#[test]
fn arrays_of_pointers() {
    let small = |a| Some(Box::new(Small { a }));
    let timer = |at| Some(Box::new(Timer { deadline: Some(at) }));
    let state = Pointers {
        states: [small(1), None, small(2)],
        timers: [None, timer(3)],
    };
    let start = Pointers {
        states: [small(0), None, small(0)],
        timers: [None, timer(0)],
    };
    round_trip(state, start, "01 30 02 30 0000000000000003");
    let error = refusal(Pointers::default(), "31");
    assert_eq!(
        error.to_string(),
        "unexpected ptr marker: 49 (at offset 0x0, in states[0])"
    );
}

/// Without a destination a byte `'0'` is a NULL.
#[test]
fn arrays_of_pointers_without_a_destination() {
    let (found, _) = super::inspected(Pointers::default(), "01 30 02 30 0000000000000003", None);
    assert!(found.states[0].is_some() && found.states[1].is_none());
    assert!(found.timers[0].is_none() && found.timers[1].is_some());
}

/// `VARRAY_OF_POINTER`, and `marked` on it.
#[test]
fn counted_arrays_of_pointers() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "counted", version = 1)]
    struct Counted {
        num: u8,
        #[vmstate(len = num)]
        plain: Vec<Option<Box<Small>>>,
        #[vmstate(marked, len = num)]
        marked: Vec<Option<Box<Small>>>,
    }
    let small = |a| Some(Box::new(Small { a }));
    let state = Counted {
        num: 2,
        plain: vec![small(1), None],
        marked: vec![None, small(2)],
    };
    let start = Counted {
        plain: vec![small(0), None],
        ..Counted::default()
    };
    round_trip(state, start, "02 01 30 30 31 02");
}

/// `marked` sees through a type alias.
#[test]
fn marked_behind_an_alias() {
    type Slots = [Option<Box<u16>>; 2];
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "aliased", version = 1)]
    struct Aliased {
        #[vmstate(marked)]
        slots: Slots,
    }
    let state = Aliased {
        slots: [None, Some(Box::new(5))],
    };
    round_trip(state, Aliased::default(), "30 31 0005");
}
