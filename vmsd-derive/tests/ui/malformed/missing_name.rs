//! The description's name is required.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(version = 1)]
struct Dev {
    a: u8,
}

fn main() {}
