//! Rust is not quoted.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 3, post_load = "Self::post_load")]
struct Dev {
    #[vmstate(exists = "Self::there")]
    a: u8,
}

fn main() {}
