//! The version is required; QEMU's default of 0 would be silent.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev")]
struct Dev {
    a: u8,
}

fn main() {}
