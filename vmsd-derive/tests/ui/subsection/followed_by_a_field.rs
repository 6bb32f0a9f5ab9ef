//! Subsections follow all fields.

use vmsd_schema::VmState;

#[derive(Default, VmState)]
#[vmstate(name = "dev/sub", version = 1)]
struct Sub {
    a: u8,
}

#[derive(VmState)]
#[vmstate(name = "dev", version = 1)]
struct Dev {
    #[vmstate(subsection)]
    sub: Option<Sub>,
    late: u8,
    #[vmstate(skip)]
    host: u8,
}

fn main() {}
