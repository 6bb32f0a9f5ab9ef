//! The library under another name: `crate = path`, in what the derive writes and where it only says what is wrong.

mod library {
    pub(crate) use vmsd_schema::*;
}

mod devices {
    // Hides the crate: only `crate = …` leads to it.
    #[allow(dead_code, reason = "stands in the way")]
    mod vmsd_schema {}

    use crate::library::VmState;

    #[derive(Debug, Default, PartialEq, VmState)]
    #[vmstate(name = "dev", version = 2, minimum_version = 1, crate = crate::library)]
    pub(crate) struct Dev {
        pub(crate) num: u8,
        #[vmstate(len = num, since = 2)]
        pub(crate) all: Vec<u16>,
        #[vmstate(subsection)]
        pub(crate) sub: Option<Sub>,
    }

    #[derive(Debug, PartialEq, VmState)]
    #[vmstate(name = "dev/sub", version = 1, crate = crate::library, default)]
    pub(crate) struct Sub {
        #[vmstate(equal, default = 7)]
        pub(crate) id: u8,
    }
}

use devices::{Dev, Sub};

#[test]
fn the_library_under_another_name() {
    let mut state = Dev {
        num: 1,
        all: vec![2],
        sub: Some(Sub { id: 7 }),
    };
    let bytes = library::save(&mut state, 2).unwrap();
    let mut loaded = Dev::default();
    library::load(&mut loaded, &bytes, 2).unwrap();
    assert_eq!(loaded, state);
}
