//! The description of a value in each dialect: arrays, NULLs, markers.

use vmsd_schema::schema::Body;
use vmsd_schema::{describe, Dialect, Value, VmState};

use super::entries;

#[derive(Debug, Default, VmState)]
#[vmstate(name = "compressible", version = 1)]
struct Plain {
    a: u8,
}

/// A struct that QEMU describes again for each element.
#[derive(Debug, Default, VmState)]
#[vmstate(name = "not compressible", version = 1)]
struct Tested {
    #[vmstate(exists = Self::always)]
    a: u8,
}

impl Tested {
    fn always(&self, _version: u32) -> bool {
        true
    }
}

#[derive(Debug, Default, VmState)]
#[vmstate(name = "arrays", version = 1)]
struct Arrays {
    one: [Plain; 1],
    many: [Plain; 3],
    tested_one: [Tested; 1],
    tested: [Tested; 3],
    none: [u8; 0],
}

fn shown<S: VmState>(state: &mut S, dialect: Dialect) -> Vec<String> {
    entries(&describe(state, dialect, S::VERSION).unwrap().description)
}

/// Arrays that may and may not be described by their first element; one of no elements is not described.
#[test]
fn arrays_in_each_dialect() {
    let tested = |dialect| match dialect {
        Dialect::Qemu5_2 | Dialect::Qemu7_2 => ["@0", "@1", "@2"],
        Dialect::Qemu10_0 => ["@0", "@1", ""],
        Dialect::Qemu11_1 => [""; 3],
    };
    for dialect in Dialect::ALL {
        let mut expected = vec![
            "one:struct/1".to_owned(),
            "many:struct×3/1".to_owned(),
            "tested_one:struct/1".to_owned(),
        ];
        expected.extend(tested(dialect).map(|key| format!("tested:struct{key}/1")));
        assert_eq!(
            shown(&mut Arrays::default(), dialect),
            expected,
            "{dialect:?}"
        );
    }
}

#[derive(Debug, Default, VmState)]
#[vmstate(name = "pointers", version = 1)]
struct Pointers<S: VmState + Default> {
    num: u8,
    #[vmstate(len = num)]
    f: Vec<Option<Box<S>>>,
}

/// The entries of `f` for a pattern of `S` and `N`.
fn runs<S: VmState + Default>(dialect: Dialect, pattern: &str) -> Vec<String> {
    let f: Vec<_> = pattern
        .chars()
        .map(|c| (c == 'S').then(Box::<S>::default))
        .collect();
    let num = u8::try_from(f.len()).unwrap();
    let all = shown(&mut Pointers { num, f }, dialect);
    let short = |entry: &String| {
        let (_, entry) = entry.split_once(':').unwrap();
        let (entry, _) = entry.split_once('/').unwrap();
        entry
            .replace("struct", "S")
            .replace("nullptr", "N")
            .replace("ptr-marker", "N")
    };
    all.iter().skip(1).map(short).collect()
}

/// Runs of NULLs, with the mistakes that each version makes.
#[test]
fn nulls_in_each_dialect() {
    use Dialect::{Qemu10_0, Qemu11_1};
    for (pattern, compressed_10, plain_10, compressed_11) in [
        ("SSNN", "S×4 N×2", "S@0 S@1 N×2 N", "S×4 N×2"),
        ("NNS", "N×2 S", "N×2 N×2 S", "N×2"),
        ("SNS", "S×3 N S", "S@0 N S", "S×3 N S"),
        ("SSN", "S×3 N", "S@0 S@1 N", "S×3"),
        ("NSSN", "N S×2 N", "N S@1 S@2 N", "N S×2"),
        ("SSS", "S×3", "S@0 S@1 S", "S×3"),
        ("NNN", "N×3", "N×3 N×2 N", "N×3"),
    ] {
        let found = |entries: Vec<String>| entries.join(" ");
        assert_eq!(
            found(runs::<Plain>(Qemu10_0, pattern)),
            compressed_10,
            "{pattern}"
        );
        assert_eq!(
            found(runs::<Tested>(Qemu10_0, pattern)),
            plain_10,
            "{pattern}"
        );
        assert_eq!(
            found(runs::<Plain>(Qemu11_1, pattern)),
            compressed_11,
            "{pattern}"
        );
    }
    for dialect in [Dialect::Qemu5_2, Dialect::Qemu7_2] {
        assert_eq!(runs::<Plain>(dialect, "SNN"), ["S×3"]);
        assert_eq!(runs::<Plain>(dialect, "NSS"), ["S×3"]);
        assert_eq!(runs::<Tested>(dialect, "SNS"), ["S@0", "S@1", "S@2"]);
    }
}

/// Up to 9.1 a first NULL leaves an empty `struct` behind.
#[test]
fn a_first_null_in_old_dialects() {
    let mut state = Pointers::<Plain> {
        num: 2,
        f: vec![None, Some(Box::default())],
    };
    let old = describe(&mut state, Dialect::Qemu7_2, 1).unwrap();
    let entry = &old.description.fields[1];
    assert_eq!(
        (&entry.body, entry.size, entry.count()),
        (&Body::Struct(None), 1, 2)
    );
    assert_eq!(old.bytes, [2, b'0', 0]);
    let values = old.value.get("f").cloned();
    let plain = Value::Struct(vec![("a".into(), Value::Uint { bits: 8, value: 0 })]);
    assert_eq!(values, Some(Value::List(vec![Value::Null, plain])));
}

/// The stand-in of a NULL is not found in the table where the name stands twice.
#[test]
fn nulls_of_a_name_that_stands_twice() {
    #[derive(Debug, Default, VmState)]
    #[vmstate(name = "twice", version = 1)]
    struct Twice {
        f: [Option<Box<u8>>; 2],
        #[vmstate(name = "f")]
        g: u8,
    }
    let mut state = Twice {
        f: [Some(Box::new(1)), None],
        g: 2,
    };
    assert_eq!(
        shown(&mut state, Dialect::Qemu10_0),
        ["f[0]:uint8×2/1", "f[-1]:nullptr/1", "f[1]:uint8/1"]
    );
}

/// Each slot a marker; behind a marker `'1'` the element, under the same name.
#[test]
fn marked_pointers() {
    #[derive(Debug, Default, VmState)]
    #[vmstate(name = "nvme", version = 1)]
    struct Nvme {
        #[vmstate(marked)]
        sq: [Option<Box<Plain>>; 3],
    }
    let mut state = Nvme {
        sq: [Some(Box::default()), None, None],
    };
    assert_eq!(
        shown(&mut state, Dialect::Qemu11_1),
        [
            "sq:ptr-marker/1",
            "sq:struct/1",
            "sq:ptr-marker/1",
            "sq:ptr-marker/1"
        ]
    );
}

/// Values by name: what a self-described decode must find too.
#[test]
fn values() {
    #[derive(Debug, Default, VmState)]
    #[vmstate(name = "values", version = 1)]
    struct Values {
        flag: bool,
        many: [i16; 2],
        one: [u8; 1],
        inner: Plain,
        #[vmstate(subsection)]
        more: Option<More>,
    }
    #[derive(Debug, Default, VmState)]
    #[vmstate(name = "values/more", version = 1)]
    struct More {
        #[vmstate(buffer)]
        raw: [u8; 2],
    }
    let mut state = Values {
        flag: true,
        many: [-1, 2],
        more: Some(More { raw: [3, 4] }),
        ..Values::default()
    };
    let value = describe(&mut state, Dialect::Qemu10_0, 1).unwrap().value;
    let int = |value| Value::Int { bits: 16, value };
    assert_eq!(value.get("flag"), Some(&Value::Bool(true)));
    assert_eq!(value.get("many"), Some(&Value::List(vec![int(-1), int(2)])));
    assert_eq!(
        value.get("one").and_then(Value::as_u64),
        Some(0),
        "one element is no list"
    );
    let raw = value.get("values/more").and_then(|more| more.get("raw"));
    assert_eq!(raw, Some(&Value::Bytes(vec![3, 4])));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "named", version = 1, prefix = "regs.")]
struct Named {
    a: u8,
    #[vmstate(name = "b", renamed(Qemu10_0 = "bb"))]
    renamed: u8,
    #[vmstate(exists = Self::always)]
    tested: [u8; 2],
    #[vmstate(exists = Self::always, compressed)]
    compressed: [u8; 2],
}

impl Named {
    fn always(&self, _version: u32) -> bool {
        true
    }
}

/// `prefix` stands before names that are not written out, `renamed` is the name of newer versions, `compressed` undoes
/// what `exists` does.
#[test]
fn names_and_compression() {
    let state = &mut Named::default();
    assert_eq!(
        shown(state, Dialect::Qemu7_2),
        [
            "regs.a:uint8/1",
            "b:uint8/1",
            "regs.tested:uint8@0/1",
            "regs.tested:uint8@1/1",
            "regs.compressed:uint8×2/1"
        ]
    );
    assert_eq!(shown(state, Dialect::Qemu10_0)[1], "bb:uint8/1");
    assert_eq!(shown(state, Dialect::Qemu11_1)[1], "bb:uint8/1");
}
