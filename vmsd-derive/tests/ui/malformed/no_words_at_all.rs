//! Both are missing, both are said.

use vmsd_schema::VmState;

#[derive(VmState)]
struct Dev {
    a: u8,
}

fn main() {}
