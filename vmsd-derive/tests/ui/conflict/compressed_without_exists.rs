//! `compressed` is about a predicate that QEMU's table does not have.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(compressed)]
    a: [u8; 2],
}

fn main() {}
