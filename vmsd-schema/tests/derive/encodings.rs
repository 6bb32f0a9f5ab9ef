//! How one field is encoded: types that need no word, bare encoding words, `with`.

use vmsd_schema::codec;
use vmsd_schema::schema::{Count, Shape};
use vmsd_schema::vmstate::Describer;
use vmsd_schema::wire::Writer;
use vmsd_schema::{save, Codec, ErrorKind, Loader, Result, Timer, Unused, Value, VmState};

use super::{described, entries, hex, loaded, refusal, round_trip};

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "scalars", version = 1)]
struct Scalars {
    a: bool,
    b: u8,
    c: u16,
    d: u32,
    e: u64,
    f: i8,
    g: i16,
    h: i32,
    i: i64,
}

/// Big-endian, each of its width.
#[test]
fn scalars() {
    let state = Scalars {
        a: true,
        b: 2,
        c: 3,
        d: 4,
        e: 5,
        f: -1,
        g: -2,
        h: -3,
        i: -4,
    };
    let wire = "01 02 0003 00000004 0000000000000005 ff fffe fffffffd fffffffffffffffc";
    assert_eq!(Scalars::MIN_SIZE, 31);
    assert_eq!(
        entries(&described(&mut Scalars::default())),
        [
            "a:bool/1",
            "b:uint8/1",
            "c:uint16/2",
            "d:uint32/4",
            "e:uint64/8",
            "f:int8/1",
            "g:int16/2",
            "h:int32/4",
            "i:int64/8"
        ]
    );
    round_trip(state, Scalars::default(), wire);
    let any = loaded::<Scalars>(&wire.replacen("01", "80", 1), 1).unwrap();
    assert!(any.a, "any byte but zero is true");
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "arrays", version = 1)]
struct Arrays {
    one: [u16; 2],
    two: [[u8; 2]; 3],
    three: [[[u16; 1]; 2]; 2],
    flags: [bool; 2],
}

/// Arrays of arrays are flat, on the wire and in the description.
#[test]
fn arrays() {
    let state = Arrays {
        one: [1, 2],
        two: [[3, 4], [5, 6], [7, 8]],
        three: [[[9], [10]], [[11], [12]]],
        flags: [true, false],
    };
    let wire = "0001 0002 03 04 05 06 07 08 0009 000a 000b 000c 01 00";
    round_trip(state, Arrays::default(), wire);
    assert_eq!(
        entries(&described(&mut Arrays::default())),
        [
            "one:uint16×2/2",
            "two:uint8×6/1",
            "three:uint16×4/2",
            "flags:bool×2/1"
        ]
    );
    let counts: Vec<_> = Arrays::schema()
        .fields
        .into_iter()
        .map(|f| f.count)
        .collect();
    assert_eq!(counts, [2, 6, 4, 2].map(Count::Fixed));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "boxes", version = 1)]
struct Boxes {
    number: Box<u32>,
    array: Box<[u8; 2]>,
    state: Box<Small>,
    timer: Box<Timer>,
    #[vmstate(equal)]
    same: Box<u8>,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "small", version = 1)]
struct Small {
    a: u8,
}

/// `POINTER`: a box is what it points to.
#[test]
fn pointers() {
    let state = Boxes {
        number: Box::new(1),
        array: Box::new([2, 3]),
        state: Box::new(Small { a: 4 }),
        timer: Box::new(Timer { deadline: Some(5) }),
        same: Box::new(0),
    };
    let wire = "00000001 02 03 04 0000000000000005 00";
    round_trip(state, Boxes::default(), wire);
    assert_eq!(
        entries(&described(&mut Boxes::default())),
        [
            "number:uint32/4",
            "array:uint8×2/1",
            "state:struct/1",
            "timer:timer/8",
            "same:uint8 equal/1"
        ]
    );
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "buffers", version = 1)]
struct Buffers {
    #[vmstate(buffer)]
    fixed: [u8; 2],
    #[vmstate(buffer)]
    boxed: Box<[u8; 2]>,
    size: i32,
    #[vmstate(buffer, len = size)]
    variable: Vec<u8>,
}

/// `BUFFER`, `VBUFFER`: one element of so many bytes.
#[test]
fn buffer() {
    let state = || Buffers {
        fixed: [1, 2],
        boxed: Box::new([3, 4]),
        size: 3,
        variable: vec![5, 6, 7],
    };
    round_trip(state(), Buffers::default(), "01 02 03 04 00000003 05 06 07");
    assert_eq!(
        entries(&described(&mut state())),
        [
            "fixed:buffer/2",
            "boxed:buffer/2",
            "size:int32/4",
            "variable:buffer/3"
        ]
    );
    assert_eq!(
        refusal(Buffers::default(), "01 02 03 04 7fffffff 05").kind(),
        ErrorKind::Count
    );
}

/// `BITMAP`: words of 64 bits, whatever the host's word; `len` counts bits.
#[test]
fn bitmap() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "bits", version = 1)]
    struct Bits {
        nbits: i32,
        #[vmstate(bitmap, len = nbits)]
        map: Vec<u64>,
    }
    let mut state = Bits {
        nbits: 65,
        map: vec![1, 1 << 63],
    };
    assert_eq!(entries(&described(&mut state))[1], "map:bitmap/16");
    let wire = "00000041 0000000000000001 8000000000000000";
    round_trip(state, Bits::default(), wire);
    assert_eq!(loaded::<Bits>("00000000", 1).unwrap(), Bits::default());
    assert_eq!(
        refusal(Bits::default(), "00000041 0000000000000001").kind(),
        ErrorKind::Count
    );
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "timers", version = 1)]
struct Timers {
    typed: Timer,
    typed_array: [Timer; 2],
    #[vmstate(timer)]
    worded: i64,
    #[vmstate(timer)]
    worded_array: [i64; 2],
}

/// `TIMER`, as a type and as a word; all ones is a timer that is not armed.
#[test]
fn timer() {
    let state = || Timers {
        typed: Timer { deadline: None },
        typed_array: [1, 2].map(|at| Timer { deadline: Some(at) }),
        worded: -1,
        worded_array: [3, 4],
    };
    let wire = "ffffffffffffffff 0000000000000001 0000000000000002 \
                ffffffffffffffff 0000000000000003 0000000000000004";
    round_trip(state(), Timers::default(), wire);
    assert_eq!(
        entries(&described(&mut state())),
        [
            "typed:timer/8",
            "typed_array:timer×2/8",
            "worded:timer/8",
            "worded_array:timer×2/8"
        ]
    );
}

/// `CPUDOUBLE_ARRAY`: the bits of doubles.
#[test]
fn cpu_double() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "fpu", version = 1)]
    struct Fpu {
        #[vmstate(cpu_double)]
        fpr: [u64; 2],
    }
    let mut state = Fpu {
        fpr: [1.0_f64.to_bits(), 2],
    };
    assert_eq!(entries(&described(&mut state)), ["fpr:CPU_Double_U×2/8"]);
    round_trip(state, Fpu::default(), "3ff0000000000000 0000000000000002");
}

/// `GBYTEARRAY`: a length and bytes; the length must be covered by the input.
#[test]
fn byte_array() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "blob", version = 1)]
    struct Blob {
        #[vmstate(byte_array)]
        data: Vec<u8>,
    }
    let mut state = Blob { data: vec![7, 8] };
    assert_eq!(entries(&described(&mut state)), ["data:GByteArray/6"]);
    round_trip(state, Blob::default(), "00000002 07 08");
    let error = refusal(Blob::default(), "ffffffff 07");
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Count, Some(0)));
    assert_eq!(
        error.message(),
        "the length 4294967295, and 1 bytes of input are left"
    );
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "unused", version = 2, minimum_version = 1)]
struct Gone {
    a: u8,
    _old: Unused<3>,
    #[vmstate(since = 2)]
    _older: [Unused<1>; 2],
}

/// `UNUSED`, `UNUSED_V`: zeros out, anything in.
#[test]
fn unused() {
    let mut state = Gone {
        a: 1,
        ..Gone::default()
    };
    assert_eq!(save(&mut state, 2).unwrap(), hex("01 000000 0000"));
    assert_eq!(save(&mut state, 1).unwrap(), hex("01 000000"));
    assert_eq!(loaded::<Gone>("01 aabbcc ddee", 2).unwrap(), state);
    assert_eq!(
        entries(&described(&mut state)),
        [
            "a:uint8/1",
            "unused[0]:unused_buffer/3",
            "unused[1]:unused_buffer×2/1"
        ]
    );
}

/// A device's own `VMStateInfo`: a 16-bit value of which the wire has a byte.
#[derive(Debug)]
enum Narrow {}

impl Codec<u16> for Narrow {
    const MIN_SIZE: usize = 1;

    fn shape() -> Shape {
        Shape::leaf("uint16_from_uint8", 1)
    }

    fn save(value: &mut u16, writer: &mut Writer) -> Result<()> {
        writer.u8(u8::try_from(*value & 0xff).unwrap_or_default());
        Ok(())
    }

    fn load(value: &mut u16, loader: &mut Loader<'_>) -> Result<()> {
        *value = loader.u8()?.into();
        Ok(())
    }

    fn describe(value: &mut u16, describer: &mut Describer) -> Result<()> {
        let shown = Value::Uint {
            bits: 16,
            value: (*value).into(),
        };
        describer.leaf("uint16_from_uint8", shown, |writer| {
            Self::save(value, writer)
        })
    }
}

/// `SINGLE` with a device's own info; for an array its elements'.
#[test]
fn with() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "own", version = 1)]
    struct Own {
        #[vmstate(with = Narrow)]
        one: u16,
        #[vmstate(with = codec::Each<Narrow>)]
        two: [u16; 2],
    }
    let mut state = Own {
        one: 1,
        two: [2, 3],
    };
    assert_eq!(
        entries(&described(&mut state)),
        ["one:uint16_from_uint8/1", "two:uint16_from_uint8×2/1"]
    );
    round_trip(state, Own::default(), "01 02 03");
    let error = loaded::<Own>("01 02", 1).unwrap_err();
    assert_eq!(error.path(), "two[1]");
}
