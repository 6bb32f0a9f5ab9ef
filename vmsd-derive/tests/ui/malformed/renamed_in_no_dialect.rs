//! There is no such dialect.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(renamed(Qemu3_1 = "new"))]
    a: u8,
}

fn main() {}
