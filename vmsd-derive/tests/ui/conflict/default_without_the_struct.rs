//! std's derive would fill in another value.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(default = 7)]
    a: u8,
}

fn main() {}
