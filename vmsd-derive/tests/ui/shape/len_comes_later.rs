//! A length that is loaded after its array would not be known yet.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(len = n)]
    all: Vec<u8>,
    n: u8,
    #[vmstate(len = itself)]
    itself: Vec<u8>,
}

fn main() {}
