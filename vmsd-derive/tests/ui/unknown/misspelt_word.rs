//! The nearest word, and all that can stand here.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1, minimum_verison = 1)]
struct Dev {
    #[vmstate(sicne = 1)]
    a: u8,
    n: u8,
    #[vmstate(lenn = n)]
    all: Vec<u8>,
}

fn main() {}
