//! The newer name, and who shows it first.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(renamed = "newer")]
    a: u8,
    #[vmstate(renamed("newer"))]
    b: u8,
    #[vmstate(renamed(Qemu10_0 = newer))]
    c: u8,
    #[vmstate(renamed(Qemu10_0))]
    d: u8,
    #[vmstate(renamed)]
    e: u8,
    #[vmstate(renamed(Qemu7_2 = "new", Qemu10_0 = "newer"))]
    f: u8,
}

fn main() {}
