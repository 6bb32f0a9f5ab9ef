//! List elements load at the field's version: QEMU's trap, caught.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "entry", version = 2, minimum_version = 2)]
struct Entry {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(qtailq, since = 1)]
    entries: Vec<Entry>,
}

fn main() {}
