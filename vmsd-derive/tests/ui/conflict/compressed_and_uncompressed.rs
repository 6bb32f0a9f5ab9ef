//! An array is described by its first element, or by each.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(skip)]
    present: bool,
    #[vmstate(exists = present, compressed, uncompressed)]
    a: [u8; 2],
}

fn main() {}
