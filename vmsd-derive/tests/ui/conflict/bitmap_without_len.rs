//! A bitmap has as many bits as another field says.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(bitmap)]
    a: [u64; 2],
    #[vmstate(bitmap, range = ..1)]
    b: [u64; 2],
}

fn main() {}
