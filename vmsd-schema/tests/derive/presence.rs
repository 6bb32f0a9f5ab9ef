//! When a field is on the wire: `skip`, `since`, `exists`, versions.

use vmsd_schema::schema::Presence;
use vmsd_schema::{load, save, ErrorKind, VmState};

use super::{described, entries, hex, inspected, loaded, round_trip};

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "versions", version = 3, minimum_version = 1)]
struct Versions {
    a: u8,
    #[vmstate(since = 2)]
    b: u8,
    #[vmstate(since = 3)]
    c: [u8; 2],
    #[vmstate(skip)]
    host: u32,
}

/// `_V`: a field is there from its version on; an older layout keeps what the destination holds.
#[test]
fn since() {
    let mut state = Versions {
        a: 1,
        b: 2,
        c: [3, 4],
        host: 9,
    };
    for (version, wire) in [(1, "01"), (2, "01 02"), (3, "01 02 03 04")] {
        assert_eq!(save(&mut state, version).unwrap(), hex(wire));
    }
    load(&mut state, &hex("05"), 1).unwrap();
    assert_eq!((state.a, state.b, state.c, state.host), (5, 2, [3, 4], 9));
    let since: Vec<_> = Versions::schema()
        .fields
        .into_iter()
        .map(|field| field.presence)
        .collect();
    assert_eq!(since, [0, 2, 3].map(Presence::Since));
}

/// A field that is skipped is neither on the wire nor in the schema nor in the description.
#[test]
fn skip() {
    let state = &mut Versions::default();
    assert_eq!(Versions::schema().fields.len(), 3);
    assert_eq!(described(state).fields.len(), 3);
}

/// Versions outside minimum to version end in QEMU's sentence, before a byte is read or written.
#[test]
fn versions_too_new_and_too_old() {
    let new = loaded::<Versions>("01 02 03 04", 4).unwrap_err();
    let old = loaded::<Versions>("01", 0).unwrap_err();
    assert_eq!(
        new.message(),
        "versions: incoming version_id 4 is too new for local version_id 3"
    );
    assert_eq!(
        old.message(),
        "versions: incoming version_id 0 is too old for local minimum version_id 1"
    );
    assert_eq!((new.kind(), new.offset()), (ErrorKind::Version, Some(0)));
    let unwritable = save(&mut Versions::default(), 4).unwrap_err();
    assert_eq!(unwritable.kind(), ErrorKind::Version);
}

/// Without `minimum_version` only the present version loads.
#[test]
fn minimum_version_is_the_version_when_not_present() {
    #[derive(Default, VmState)]
    #[vmstate(name = "strict", version = 2)]
    struct Strict {
        a: u8,
    }
    assert_eq!(Strict::MINIMUM_VERSION, 2);
    assert!(loaded::<Strict>("01", 1).is_err());
    assert_eq!(loaded::<Strict>("01", 2).unwrap().a, 1);
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "tested", version = 2, minimum_version = 1)]
struct Tested {
    kind: u8,
    #[vmstate(exists = Self::is_wide)]
    wide: u32,
    #[vmstate(exists = old)]
    old_only: u8,
}

impl Tested {
    fn is_wide(&self, _version: u32) -> bool {
        self.kind == 1
    }
}

/// Not a method: any path will do.
fn old(_: &Tested, version: u32) -> bool {
    version < 2
}

/// `_TEST`: the predicate sees what was loaded before it, and the version; it alone decides.
#[test]
fn exists_as_a_function() {
    let state = Tested {
        kind: 1,
        wide: 0x0203_0405,
        old_only: 0,
    };
    round_trip(state, Tested::default(), "01 02030405");
    assert_eq!(loaded::<Tested>("00", 2).unwrap(), Tested::default());
    assert_eq!(loaded::<Tested>("00 07", 1).unwrap().old_only, 7);
    assert_eq!(Tested::schema().fields[1].presence, Presence::Conditional);
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "fact", version = 1)]
struct Fact {
    a: u8,
    #[vmstate(exists = has_b)]
    b: u8,
    #[vmstate(skip)]
    has_b: bool,
}

/// A fact of the destination decides in a load; without a destination the stream's description does.
#[test]
fn exists_as_a_fact() {
    let mut with = Fact {
        a: 1,
        b: 2,
        has_b: true,
    };
    let description = described(&mut with);
    let without = described(&mut Fact::default());
    round_trip(
        with,
        Fact {
            has_b: true,
            ..Fact::default()
        },
        "01 02",
    );
    round_trip(
        Fact {
            a: 1,
            ..Fact::default()
        },
        Fact::default(),
        "01",
    );

    let (found, _) = inspected(Fact::default(), "01 02", Some(&description));
    assert!(found.has_b && found.b == 2);
    let there = Fact {
        has_b: true,
        ..Fact::default()
    };
    let (found, _) = inspected(there, "01", Some(&without));
    assert!(!found.has_b);
    let there = Fact {
        has_b: true,
        ..Fact::default()
    };
    let (found, _) = inspected(there, "01 02", None);
    assert!(found.has_b, "without a description the default stands");
}

/// QEMU counts fields of one name over the whole table, present or not.
#[test]
fn names_that_stand_twice_are_numbered() {
    #[derive(Default, VmState)]
    #[vmstate(name = "fw_cfg", version = 2, minimum_version = 1)]
    struct FwCfg {
        cur_entry: u16,
        #[vmstate(name = "cur_offset", exists = version_one)]
        cur_offset_16: u16,
        #[vmstate(since = 2)]
        cur_offset: u32,
    }
    fn version_one(_: &FwCfg, version: u32) -> bool {
        version == 1
    }
    let description = described(&mut FwCfg::default());
    assert_eq!(
        entries(&description),
        ["cur_entry:uint16/2", "cur_offset[1]:uint32/4"]
    );
    let names: Vec<_> = FwCfg::schema().fields.into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["cur_entry", "cur_offset", "cur_offset"]);
}

/// `name` is wire text; raw identifiers lose their `r#`.
#[test]
fn name() {
    #[derive(Default, VmState)]
    #[vmstate(name = "names", version = 1)]
    struct Names {
        #[vmstate(name = "ar.pm1.evt.sts")]
        pm1_status: u16,
        r#type: u8,
    }
    assert_eq!(
        entries(&described(&mut Names::default())),
        ["ar.pm1.evt.sts:uint16/2", "type:uint8/1"]
    );
}

/// A field above the struct's version is never on the wire; real devices have some.
#[test]
fn since_above_the_version() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "later", version = 1)]
    struct Later {
        a: u8,
        #[allow(deprecated)]
        #[vmstate(since = 2)]
        never: u32,
    }
    round_trip(Later { a: 1, never: 0 }, Later::default(), "01");
}
