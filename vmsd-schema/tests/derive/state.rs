//! Words of the struct: hooks and their order, `default`, priority and the flags.

use std::cell::RefCell;

use vmsd_schema::schema::Priority;
use vmsd_schema::{describe, load, save, Dialect, Error, ErrorKind, Result, VmState};

use super::{hex, loaded, refusal};

thread_local! {
    static CALLS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

fn call(text: impl Into<String>) {
    CALLS.with(|calls| calls.borrow_mut().push(text.into()));
}

fn calls() -> Vec<String> {
    CALLS.with(RefCell::take)
}

macro_rules! hooked {
    ($state:ident, $name:literal, { $($fields:tt)* }) => {
        #[derive(Debug, Default, PartialEq, VmState)]
        #[vmstate(name = $name, version = 2, minimum_version = 1)]
        #[vmstate(pre_save = Self::pre_save, post_save = Self::post_save)]
        #[vmstate(pre_load = Self::pre_load, post_load = Self::post_load)]
        struct $state { $($fields)* }

        impl $state {
            fn pre_save(&mut self) -> Result<()> {
                call(concat!("pre_save ", $name));
                Ok(())
            }

            fn post_save(&mut self) {
                call(concat!("post_save ", $name));
            }

            fn pre_load(&mut self) -> Result<()> {
                call(concat!("pre_load ", $name));
                Ok(())
            }

            fn post_load(&mut self, version: u32) -> Result<()> {
                call(format!("post_load {} at {version}", $name));
                Ok(())
            }
        }
    };
}

hooked!(Inner, "inner", { a: u8, });
hooked!(Sub, "outer/sub", { b: u8, });
hooked!(Outer, "outer", {
    inner: Inner,
    #[vmstate(max = 9)]
    c: u8,
    #[vmstate(subsection)]
    sub: Option<Sub>,
});

const OUTER: &str = "01 02 05 09 6f757465722f737562 00000001 03";

/// Each description's hooks stand around its own fields and subsections.
#[test]
fn hooks_and_their_order() {
    let state = &mut Outer::default();
    load(state, &hex(OUTER), 1).unwrap();
    assert_eq!(
        calls(),
        [
            "pre_load outer",
            "pre_load inner",
            "post_load inner at 2",
            "pre_load outer/sub",
            "post_load outer/sub at 1",
            "post_load outer at 1"
        ]
    );
    let saved = [
        "pre_save outer",
        "pre_save inner",
        "post_save inner",
        "pre_save outer/sub",
        "post_save outer/sub",
        "post_save outer",
    ];
    save(state, 2).unwrap();
    assert_eq!(calls(), saved);
    describe(state, Dialect::Qemu10_0, 2).unwrap();
    assert_eq!(calls(), saved);
}

/// `post_save` follows a save that failed, as in QEMU: it may undo what `pre_save` did.
#[test]
fn post_save_follows_a_failed_save() {
    let mut state = Outer {
        c: 10,
        ..Outer::default()
    };
    let undone = [
        "pre_save outer",
        "pre_save inner",
        "post_save inner",
        "post_save outer",
    ];
    assert_eq!(save(&mut state, 2).unwrap_err().kind(), ErrorKind::Bound);
    assert_eq!(calls(), undone);
    assert!(describe(&mut state, Dialect::Qemu7_2, 2).is_err());
    assert_eq!(calls(), undone);
    assert!(load(&mut state, &hex("01 ff"), 2).is_err());
    assert_eq!(
        calls(),
        ["pre_load outer", "pre_load inner", "post_load inner at 2"]
    );
}

/// A refused version calls no hook.
#[test]
fn hooks_do_not_see_a_refused_version() {
    assert!(loaded::<Outer>("01 02", 3).is_err());
    assert!(save(&mut Outer::default(), 3).is_err());
    assert_eq!(calls(), [""; 0]);
}

#[derive(Debug, Default, VmState)]
#[vmstate(name = "picky", version = 1, pre_save = Self::busy, pre_load = Self::ready, post_load = Self::check)]
struct Picky {
    a: u8,
    #[vmstate(skip)]
    busy: bool,
}

impl Picky {
    fn busy(&mut self) -> Result<()> {
        self.ready()
    }

    fn ready(&mut self) -> Result<()> {
        match self.busy {
            true => Err(Error::new(ErrorKind::Validation, "the device is busy")),
            false => Ok(()),
        }
    }

    fn check(&mut self, _version: u32) -> Result<()> {
        match self.a {
            0 => Err(Error::new(ErrorKind::Validation, "`a` is 0")),
            _ => Ok(()),
        }
    }
}

/// A hook's error ends the walk, with the hook in its path.
#[test]
fn hooks_may_fail() {
    let busy = || Picky { a: 1, busy: true };
    assert_eq!(save(&mut busy(), 1).unwrap_err().path(), "pre_save");
    assert_eq!(
        refusal(busy(), "01").to_string(),
        "the device is busy (at offset 0x0, in pre_load)"
    );
    assert_eq!(
        refusal(Picky::default(), "00").to_string(),
        "`a` is 0 (at offset 0x1, in post_load)"
    );
}

#[derive(Debug, PartialEq, VmState)]
#[vmstate(name = "reset", version = 1, default)]
struct Reset {
    #[vmstate(default = 0x80)]
    irr: u8,
    table: [u32; 40],
    #[vmstate(default = Some(Box::new(7)))]
    slot: Option<Box<u8>>,
    far: Box<[u64; 33]>,
    #[vmstate(skip, default = "here".to_owned())]
    host: String,
    #[vmstate(subsection, default = Some(ResetExtra { a: 1 }))]
    extra: Option<ResetExtra>,
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "reset/extra", version = 1)]
struct ResetExtra {
    a: u8,
}

/// What reset sets, and arrays that std's derive does not reach.
#[test]
fn default() {
    let state = Reset::default();
    assert_eq!(
        (state.irr, state.table.len(), state.far.len()),
        (0x80, 40, 33)
    );
    assert_eq!(
        (state.slot, state.host.as_str()),
        (Some(Box::new(7)), "here")
    );
    assert_eq!(state.extra, Some(ResetExtra { a: 1 }));
}

#[derive(Default, VmState)]
#[vmstate(name = "iommu", version = 1, priority = Iommu, early_setup)]
struct Early {
    a: u8,
}

/// `.priority`, `.early_setup`: facts for whoever orders the sections.
#[test]
fn priority_and_early_setup() {
    assert_eq!(Early::schema().priority, Some(Priority::Iommu));
    assert_eq!(Early::schema().early_setup, Some(true));
    assert_eq!(
        (Reset::PRIORITY, Reset::EARLY_SETUP),
        (Priority::Default, false)
    );
    assert!(Priority::Max > Priority::Iommu && Priority::Iommu > Priority::Default);
}

#[derive(Default, VmState)]
#[vmstate(name = "nvme", version = 1, unmigratable)]
struct Blocked {
    a: u8,
}

/// `.unmigratable`: neither way, in QEMU's words.
#[test]
fn unmigratable() {
    let message = "State blocked by non-migratable device 'nvme'";
    let loading = refusal(Blocked::default(), "01");
    let saving = save(&mut Blocked::default(), 1).unwrap_err();
    let describing = describe(&mut Blocked::default(), Dialect::Qemu10_0, 1).unwrap_err();
    for error in [loading, saving, describing] {
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Unsupported, message)
        );
    }
    assert_eq!(Blocked::schema().unmigratable, Some(true));
}

#[derive(Debug, Default, PartialEq, VmState)]
#[vmstate(name = "slirp", version = 4, opaque)]
struct Slirp {
    #[vmstate(buffer, len = size)]
    data: Vec<u8>,
    #[vmstate(skip)]
    size: u32,
}

/// An old-style handler: bytes, and marked so.
#[test]
fn opaque() {
    let mut state = Slirp {
        data: vec![1, 2],
        size: 2,
    };
    assert_eq!(save(&mut state, 4).unwrap(), hex("0102"));
    assert_eq!(Slirp::schema().opaque, Some(true));
    const { assert!(Slirp::OPAQUE && !Reset::OPAQUE) };
}

/// A description without fields is one.
#[test]
fn no_fields() {
    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "virtio", version = 1)]
    struct Empty {}
    assert_eq!(save(&mut Empty {}, 1).unwrap(), hex(""));
    assert_eq!(refusal(Empty {}, "00").kind(), ErrorKind::Framing);
}
