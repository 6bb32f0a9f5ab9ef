//! Priorities are a closed set.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1, priority = Highest)]
struct Dev {
    a: u8,
}

fn main() {}
