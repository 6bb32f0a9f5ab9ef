//! One word says which elements.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    n: u8,
    #[vmstate(len = n, range = ..2)]
    a: [u8; 4],
}

fn main() {}
