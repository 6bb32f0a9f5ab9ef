//! Bounds compare integers.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(max = 4)]
    a: [u8; 2],
}

fn main() {}
