//! A vector has no length on the wire.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    all: Vec<u8>,
    #[vmstate(buffer)]
    raw: Vec<u8>,
}

fn main() {}
