//! No version would load.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1, minimum_version = 2)]
struct Dev {
    a: u8,
}

fn main() {}
