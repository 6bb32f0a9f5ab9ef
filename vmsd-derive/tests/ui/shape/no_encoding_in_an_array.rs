//! As above, for elements.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    n: u8,
    a: [f32; 2],
    #[vmstate(len = n)]
    b: Vec<usize>,
}

fn main() {}
