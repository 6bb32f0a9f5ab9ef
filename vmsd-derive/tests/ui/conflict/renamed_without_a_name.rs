//! Only a field of the description has a name there.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "dev/sub", version = 1)]
struct Sub {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(skip, renamed(Qemu10_0 = "newer"))]
    a: u8,
    #[vmstate(subsection, renamed(Qemu10_0 = "dev/newer"))]
    b: Option<Sub>,
}

fn main() {}
