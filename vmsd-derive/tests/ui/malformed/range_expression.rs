//! A range is a range.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(range = 4)]
    all: [u8; 8],
    #[vmstate(range = )]
    more: [u8; 8],
}

fn main() {}
