//! No guess where nothing is near.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(serialize_with = encode)]
    a: u8,
}

fn main() {}
