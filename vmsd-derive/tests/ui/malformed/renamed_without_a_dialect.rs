//! A new name comes with the first version of QEMU that shows it.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(renamed = "new")]
    a: u8,
    #[vmstate(renamed("new"))]
    b: u8,
    #[vmstate(renamed(Qemu10_0))]
    c: u8,
    #[vmstate(renamed(Qemu10_0 = new))]
    d: u8,
}

fn main() {}
