//! Fields have names: they stand in the description.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
union Dev {
    a: u8,
    b: u8,
}

fn main() {}
