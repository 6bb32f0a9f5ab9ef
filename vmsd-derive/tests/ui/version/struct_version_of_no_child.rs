//! A pinned version must be one that the struct has.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "entry", version = 2)]
struct Entry {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(struct_version = 1)]
    entries: [Entry; 2],
}

fn main() {}
