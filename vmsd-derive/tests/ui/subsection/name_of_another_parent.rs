//! QEMU's look-ahead would not see it.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "other/sub", version = 1)]
struct Sub {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(subsection)]
    sub: Option<Sub>,
}

fn main() {}
