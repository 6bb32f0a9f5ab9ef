//! Lists, trees and temporaries: `qtailq`, `qlist`, `gtree`, `tmp`.

use std::collections::BTreeMap;

use vmsd_schema::schema::{Body, Shape};
use vmsd_schema::{describe, save, Dialect, ErrorKind, Result, Value, VmState};

use super::{described, entries, hex, loaded, refusal, round_trip};

#[derive(Clone, Debug, Default, PartialEq, VmState)]
#[vmstate(name = "entry", version = 2, minimum_version = 1)]
struct Entry {
    a: u8,
    #[vmstate(since = 2)]
    b: u8,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "lists", version = 1)]
struct Lists {
    #[vmstate(qtailq)]
    tail: Vec<Entry>,
    #[vmstate(qlist)]
    single: Vec<Entry>,
}

fn entry(a: u8) -> Entry {
    Entry { a, b: 0xbb }
}

fn lists() -> Lists {
    Lists {
        tail: vec![entry(1), entry(2)],
        single: vec![entry(3)],
    }
}

/// `QTAILQ_V`, `QLIST_V`: 01 and an element, for each; 00.
#[test]
fn qtailq_and_qlist() {
    round_trip(lists(), Lists::default(), "01 01bb 01 02bb 00 01 03bb 00");
    let kept = loaded::<Lists>("ff 01bb 00 00", 1).unwrap();
    assert_eq!(
        kept.tail,
        [entry(1)],
        "any byte but zero is one more element"
    );
    let mut again = lists();
    vmsd_schema::load(&mut again, &hex("00 00"), 1).unwrap();
    assert_eq!(again, Lists::default(), "what the list held is gone");
    let error = refusal(Lists::default(), "01 01bb 01 02");
    assert_eq!(
        (error.kind(), error.path()),
        (ErrorKind::Truncated, "tail[1] > b".into())
    );
}

/// The elements' descriptions stand in the field's own object, one for each.
#[test]
fn descriptions_of_lists() {
    let description = described(&mut lists());
    assert_eq!(entries(&description), ["tail:qtailq/7", "single:qlist/4"]);
    let Body::Inline(inner) = &description.fields[0].body else {
        panic!("{description:?}");
    };
    assert_eq!(inner.len(), 2);
    assert_eq!(
        (inner[0].vmsd_name.as_str(), inner[0].version),
        ("entry", 2)
    );
    let empty = described(&mut Lists::default());
    assert_eq!(entries(&empty), ["tail:qtailq/1", "single:qlist/1"]);
    assert!(matches!(
        &Lists::schema().fields[1].shape,
        Shape::List { type_name, .. } if type_name == "qlist"
    ));
}

/// Elements load at the field's version though they are saved at their own: QEMU's trap, kept.
#[test]
fn elements_load_at_the_fields_version() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "old lists", version = 1)]
    struct Old {
        #[vmstate(qtailq, since = 1)]
        tail: Vec<Entry>,
    }
    let old = loaded::<Old>("01 05 00", 1).unwrap();
    assert_eq!(old.tail, [Entry { a: 5, b: 0 }]);
    assert_eq!(
        save(
            &mut Old {
                tail: vec![entry(1)]
            },
            1
        )
        .unwrap(),
        hex("01 01bb 00")
    );
}

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, VmState)]
#[vmstate(name = "key", version = 1)]
struct Key {
    id: u16,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "trees", version = 1)]
struct Trees {
    #[vmstate(gtree)]
    direct: BTreeMap<u64, Entry>,
    #[vmstate(gtree)]
    structured: BTreeMap<Key, Entry>,
}

fn trees() -> Trees {
    Trees {
        direct: BTreeMap::from([(7, entry(1))]),
        structured: BTreeMap::from([(Key { id: 8 }, entry(2)), (Key { id: 9 }, entry(3))]),
    }
}

const TREES: &str = "00000001 01 0000000000000007 01bb 00 00000002 01 0008 02bb 01 0009 03bb 00";

/// `GTREE_DIRECT_KEY_V`, `GTREE_V`: the key first, whatever the order of QEMU's table.
#[test]
fn gtree() {
    round_trip(trees(), Trees::default(), TREES);
    let description = described(&mut trees());
    let inner = |index: usize| match &description.fields[index].body {
        Body::Inline(inner) => inner.iter().map(|d| d.vmsd_name.as_str()).collect(),
        _ => Vec::new(),
    };
    assert_eq!(inner(0), ["entry"], "a direct key is not described");
    assert_eq!(inner(1), ["key", "entry", "key", "entry"]);
}

/// The count is the sender's; the marks are the wire's.
#[test]
fn a_gtree_must_have_as_many_nodes_as_it_says() {
    let error = refusal(Trees::default(), "00000002 01 0000000000000007 01bb 00");
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Count, Some(0)));
    assert_eq!(
        error.message(),
        "inconsistent stream when loading the gtree: 2 nodes announced, 1 sent"
    );
    let error = refusal(Trees::default(), "00000001 01 0000000000000007 01");
    assert_eq!(error.path(), "direct[0] > value > b");
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "temporary", version = 1)]
struct Temporary {
    half: u8,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "with tmp", version = 1, pre_save = Self::pre_save, post_load = Self::post_load)]
struct WithTmp {
    #[vmstate(tmp)]
    tmp: Temporary,
    #[vmstate(skip)]
    whole: u8,
}

impl WithTmp {
    fn pre_save(&mut self) -> Result<()> {
        self.tmp.half = self.whole / 2;
        Ok(())
    }

    fn post_load(&mut self, _version: u32) -> Result<()> {
        self.whole = self.tmp.half * 2;
        Ok(())
    }
}

/// `WITH_TMP`: filled before a save, taken apart after a load.
#[test]
fn tmp() {
    let mut state = WithTmp {
        whole: 8,
        ..WithTmp::default()
    };
    assert_eq!(save(&mut state, 1).unwrap(), hex("04"));
    assert_eq!(loaded::<WithTmp>("04", 1).unwrap().whole, 8);
    let shown = describe(&mut state, Dialect::Qemu7_2, 1).unwrap();
    assert_eq!(entries(&shown.description), ["tmp:tmp/1"]);
    assert!(matches!(&shown.description.fields[0].body, Body::Inline(inner) if inner.len() == 1));
    let half = shown.value.get("tmp").and_then(|tmp| tmp.get("half"));
    assert_eq!(half.and_then(Value::as_u64), Some(4));
}
