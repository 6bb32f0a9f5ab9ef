//! Lists and trees have a type.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(qtailq)]
    a: [u8; 2],
    #[vmstate(gtree)]
    b: Vec<u8>,
    #[vmstate(qlist)]
    c: Vec<u8>,
}

fn main() {}
