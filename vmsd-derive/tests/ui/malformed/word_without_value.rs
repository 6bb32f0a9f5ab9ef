//! A word that needs a value.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version)]
struct Dev {
    #[vmstate(since)]
    a: u8,
}

fn main() {}
