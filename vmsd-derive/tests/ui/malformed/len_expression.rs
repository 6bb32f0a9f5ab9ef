//! A length is a field, or a field times a constant: a schema must be able to name it.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    n: u32,
    #[vmstate(len = n + 1)]
    all: Vec<u8>,
    #[vmstate(len = self.n)]
    more: Vec<u8>,
    #[vmstate(len = n * n)]
    square: Vec<u8>,
}

fn main() {}
