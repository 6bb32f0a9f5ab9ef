//! A warning, here denied: the field is never on the wire.

#![deny(deprecated)]

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    a: u8,
    #[vmstate(since = 2)]
    b: u8,
    #[allow(deprecated)]
    #[vmstate(since = 2)]
    accepted: u8,
}

fn main() {}
