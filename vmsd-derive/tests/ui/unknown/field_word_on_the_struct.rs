//! Words of fields do not stand on the struct.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1, skip, since = 2)]
struct Dev {
    a: u8,
}

fn main() {}
