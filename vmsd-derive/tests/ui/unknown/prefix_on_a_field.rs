//! A prefix is for all fields; one of them has a `name`.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(prefix = "regs.")]
    a: u8,
}

fn main() {}
