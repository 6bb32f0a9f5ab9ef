//! A length is an integer.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    n: bool,
    #[vmstate(len = n)]
    all: Vec<u8>,
}

fn main() {}
