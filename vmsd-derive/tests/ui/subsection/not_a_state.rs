//! A subsection has a name and a version of its own.

use vmsd_schema::VmState;

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(subsection)]
    a: Option<u8>,
}

fn main() {}
