//! A length is a field of the struct.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(len = count)]
    all: Vec<u8>,
    #[vmstate(max = len(table))]
    index: u8,
}

fn main() {}
