//! A marker says which pointers are NULL.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(marked)]
    a: [u64; 2],
}

fn main() {}
