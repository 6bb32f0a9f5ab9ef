//! Wire text is quoted.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = dev, version = 3)]
struct Dev {
    a: u8,
}

fn main() {}
