//! `foreign_name` is about subsections.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(foreign_name)]
    a: u8,
}

fn main() {}
