//! `Some` is sent, `None` is not.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev/sub", version = 1)]
struct Sub {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(subsection)]
    sub: Sub,
}

fn main() {}
