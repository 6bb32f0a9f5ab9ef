//! What is skipped is not on the wire.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(skip, name = "b")]
    a: u8,
    #[vmstate(skip, since = 1, timer)]
    c: i64,
    #[vmstate(skip, subsection)]
    d: Option<u8>,
}

fn main() {}
