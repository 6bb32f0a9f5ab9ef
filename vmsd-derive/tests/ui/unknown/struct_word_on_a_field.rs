//! Words of the struct do not stand on fields.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(post_load = Self::check, early_setup)]
    a: u8,
}

fn main() {}
