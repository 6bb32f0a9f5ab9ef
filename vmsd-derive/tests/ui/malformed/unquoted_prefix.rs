//! Wire text is quoted.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1, prefix = regs.)]
struct Dev {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "other", version = 1, prefix)]
struct Other {
    a: u8,
}

fn main() {}
