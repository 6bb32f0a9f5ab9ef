//! Words that other derives have for the same thing.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(rename = "b")]
    a: u8,
    #[vmstate(needed = Self::needed)]
    c: u8,
    #[vmstate(count = a)]
    d: Vec<u8>,
    #[vmstate(version = 2)]
    e: u8,
}

fn main() {}
