//! What a loaded value is held against: `equal`, `Int32Le`, `max`, `validate`.

use vmsd_schema::{codec, save, ErrorKind, VmState};

use super::{described, entries, hex, inspected, loaded, refusal, round_trip};

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "same", version = 1)]
struct Same {
    #[vmstate(equal)]
    a: u8,
    #[vmstate(equal)]
    b: u16,
    #[vmstate(equal)]
    c: u32,
    #[vmstate(equal)]
    d: u64,
    #[vmstate(equal)]
    e: i32,
    #[vmstate(equal)]
    f: [u8; 2],
}

const SAME: &str = "01 0002 00000003 0000000000000004 fffffffb 06 07";

fn same() -> Same {
    Same {
        a: 1,
        b: 2,
        c: 3,
        d: 4,
        e: -5,
        f: [6, 7],
    }
}

/// `_EQUAL` of each width, under QEMU's names.
#[test]
fn equal() {
    round_trip(same(), same(), SAME);
    assert_eq!(
        entries(&described(&mut same())),
        [
            "a:uint8 equal/1",
            "b:uint16 equal/2",
            "c:uint32 equal/4",
            "d:int64 equal/8",
            "e:int32 equal/4",
            "f:uint8 equal×2/1"
        ]
    );
}

/// QEMU's wording: the local value first, both in hex.
#[test]
fn equal_refuses_another_value() {
    for (wire, message, place) in [
        ("08", "1 != 8", "at offset 0x0, in a"),
        ("01 0010", "2 != 10", "at offset 0x1, in b"),
        ("01 0002 000000ff", "3 != ff", "at offset 0x3, in c"),
        (
            "01 0002 00000003 00000000000000aa",
            "4 != aa",
            "at offset 0x7, in d",
        ),
        (
            "01 0002 00000003 0000000000000004 00000005",
            "fffffffb != 5",
            "at offset 0xf, in e",
        ),
        (
            "01 0002 00000003 0000000000000004 fffffffb 06 08",
            "7 != 8",
            "at offset 0x14, in f[1]",
        ),
    ] {
        let error = refusal(same(), wire);
        assert_eq!(error.kind(), ErrorKind::Mismatch);
        assert_eq!(error.to_string(), format!("{message} ({place})"));
    }
}

/// Without a destination the wire's value is adopted, and noted.
#[test]
fn equal_adopts_without_a_destination() {
    let (found, notes) = inspected(
        Same {
            a: 1,
            ..Same::default()
        },
        SAME,
        None,
    );
    assert_eq!(found, same());
    assert_eq!(notes.len(), 6, "{notes:?}");
    assert_eq!((notes[0].offset, notes[0].message.as_str()), (1, "0 != 2"));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "le", version = 1)]
struct LessOrEqual {
    #[vmstate(with = codec::Int32Le)]
    size: i32,
}

/// `INT32_POSITIVE_LE`: less or equal, not little-endian.
#[test]
fn int32_le() {
    let mut state = LessOrEqual { size: 2 };
    assert_eq!(entries(&described(&mut state)), ["size:int32 le/4"]);
    round_trip(LessOrEqual { size: 1 }, state, "00000001");
    for (wire, value) in [("00000009", 9), ("ffffffff", -1)] {
        let error = refusal(LessOrEqual { size: 2 }, wire);
        assert_eq!(
            error.message(),
            format!("Invalid value {value} expecting positive value <= 2")
        );
    }
    let (found, notes) = inspected(LessOrEqual::default(), "00000009", None);
    assert_eq!((found.size, notes.len()), (9, 1));
}

const SLOTS: usize = 4;

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "fifo", version = 2, minimum_version = 1)]
struct Fifo {
    #[vmstate(max = SLOTS - 1)]
    read: u8,
    #[vmstate(since = 2, max = len(data))]
    used: i32,
    data: [u8; SLOTS],
}

/// A cursor out of its buffer is refused with field, value and bound, where the field stands.
#[test]
fn max() {
    let state = Fifo {
        read: 3,
        used: 4,
        data: [1, 2, 3, 4],
    };
    round_trip(state, Fifo::default(), "03 00000004 01 02 03 04");
    for (wire, message) in [
        (
            "04",
            "`read` is 4, above its bound 3 (at offset 0x0, in read)",
        ),
        (
            "00 00000005",
            "`used` is 5, above its bound 4 (at offset 0x1, in used)",
        ),
        (
            "00 ffffffff",
            "`used` is -1, and must lie between 0 and 4 (at offset 0x1, in used)",
        ),
    ] {
        let error = refusal(Fifo::default(), wire);
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::Bound, message.to_owned())
        );
    }
    let old = Fifo {
        used: 9,
        ..Fifo::default()
    };
    assert_eq!(
        save(&mut { old }, 1).unwrap(),
        hex("00 00000000"),
        "a field that is not there is not checked"
    );
    let error = save(
        &mut Fifo {
            read: 9,
            ..Fifo::default()
        },
        2,
    )
    .unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Bound, None));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "hpet", version = 1)]
struct Hpet {
    #[vmstate(validate = Self::num_timers_is_sane)]
    num_timers: u8,
    #[vmstate(len = num_timers)]
    timers: Vec<u8>,
}

impl Hpet {
    fn num_timers_is_sane(&self, _version: u32) -> bool {
        self.num_timers <= 2
    }
}

/// `VALIDATE`: right behind its field, so before the array that the count sizes.
#[test]
fn validate() {
    let state = Hpet {
        num_timers: 2,
        timers: vec![1, 2],
    };
    round_trip(state, Hpet::default(), "02 01 02");
    let error = refusal(Hpet::default(), "03 01 02 03");
    assert_eq!(error.kind(), ErrorKind::Validation);
    assert_eq!(
        error.to_string(),
        "input validation failed: `num_timers_is_sane` refused the value (at offset 0x0, in num_timers)"
    );
    let mut wrong = Hpet {
        num_timers: 3,
        timers: vec![0; 3],
    };
    assert!(save(&mut wrong, 1).is_err());
    assert!(loaded::<Hpet>("00", 1).is_ok());
    const { assert!(!Hpet::COMPRESSIBLE, "QEMU's entry has a predicate") };
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Function {
    #[default]
    Off,
    Scan,
}

impl From<Function> for u16 {
    fn from(function: Function) -> Self {
        match function {
            Function::Off => 0,
            Function::Scan => 0x100,
        }
    }
}

impl TryFrom<u16> for Function {
    type Error = &'static str;

    fn try_from(number: u16) -> Result<Self, Self::Error> {
        match number {
            0 => Ok(Self::Off),
            0x100 => Ok(Self::Scan),
            _ => Err("a function is 0 or 256"),
        }
    }
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "touch", version = 1)]
struct Touch {
    a: u8,
    #[vmstate(with = codec::Selector<u16>)]
    function: Function,
    #[vmstate(with = codec::Each<codec::Selector<u16>>)]
    next: [Function; 2],
}

/// An enum on the wire is its number, in the description too; one that there is not selects nothing.
#[test]
fn selector() {
    let state = || Touch {
        a: 1,
        function: Function::Scan,
        next: [Function::Off, Function::Scan],
    };
    round_trip(state(), Touch::default(), "01 0100 0000 0100");
    assert_eq!(
        entries(&described(&mut state())),
        ["a:uint8/1", "function:uint16/2", "next:uint16×2/2"]
    );
    let error = refusal(Touch::default(), "01 0100 0000 0001");
    assert_eq!(error.kind(), ErrorKind::Bound);
    assert_eq!(
        error.to_string(),
        "1 selects nothing: a function is 0 or 256 (at offset 0x5, in next[1])"
    );
    let (found, _) = inspected(Touch::default(), "01 0100 0000 0100", None);
    assert_eq!(found, state());
}
