//! A struct in a struct derives, too.

use vmsd_schema::VmState;

struct Inner {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    inner: Inner,
    #[vmstate(struct_version = 1)]
    pinned: Inner,
}

fn main() {}
