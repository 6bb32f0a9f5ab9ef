//! A field has one encoding.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(timer, cpu_double)]
    a: u64,
    #[vmstate(buffer, bitmap)]
    b: [u8; 4],
}

fn main() {}
