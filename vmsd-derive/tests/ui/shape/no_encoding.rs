//! Said once, in the words of the trait.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    a: String,
}

fn main() {}
