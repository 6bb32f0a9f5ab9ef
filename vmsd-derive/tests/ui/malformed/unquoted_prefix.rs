//! A prefix is wire text, and stands on the struct.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1, prefix = regs)]
struct Dev {
    #[vmstate(prefix = "regs.")]
    a: u8,
}

fn main() {}
