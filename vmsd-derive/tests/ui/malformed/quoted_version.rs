//! Numbers are not quoted; only this is said, not that the version is missing.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = "3")]
struct Dev {
    a: u8,
}

fn main() {}
