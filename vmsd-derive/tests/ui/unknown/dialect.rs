//! Dialects are a closed set.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(renamed(Qemu10 = "newer"))]
    a: u8,
    #[vmstate(renamed(Newest = "newer"))]
    b: u8,
}

fn main() {}
