//! An encoding of other types.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(timer)]
    a: u16,
    #[vmstate(buffer)]
    b: [u32; 2],
    #[vmstate(equal)]
    c: bool,
}

fn main() {}
